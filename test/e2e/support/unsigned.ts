/** Header of a call to moto, which routes by the signature's scope and checks no signature. */
export const unsigned = (region: string, service: string): { readonly authorization: string } => ({
  authorization: `AWS4-HMAC-SHA256 Credential=testing/20261123/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

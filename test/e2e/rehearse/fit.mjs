// Runs after main.ts, in place of nothing: puts Terraform override files beside the synthesized stacks,
// so that they fit parts on this machine. The product's own files stay as they are.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const stacks = join(process.env.CDKTF_OUTDIR, "stacks");
/** The AWS provider talks to a stand-in. */
const provider = {
  aws: [
    {
      skip_credentials_validation: true,
      skip_metadata_api_check: "true",
      s3_use_path_style: true,
    },
  ],
};

/** As in the suite `kubernetes`: charts of others are fetched from the internet when it is "1". */
const withThirdPartyCharts = process.env.NIXBARN_E2E_THIRD_PARTY_CHARTS === "1";
/** No pod ever gets ready, so nobody waits for them; charts of others stay out unless switched on. */
const fitRelease = (release) =>
  release.repository === undefined || withThirdPartyCharts
    ? { wait: false, atomic: false }
    : { count: 0 };

for (const stack of readdirSync(stacks)) {
  const file = join(stacks, stack, "cdk.tf.json");
  if (!existsSync(file)) continue;
  const { resource = {} } = JSON.parse(readFileSync(file, "utf8"));
  const releases = Object.entries(resource.helm_release ?? {}).map(([name, release]) => [
    name,
    fitRelease(release),
  ]);
  const override = {
    provider,
    ...(releases.length === 0 ? {} : { resource: { helm_release: Object.fromEntries(releases) } }),
  };
  writeFileSync(join(stacks, stack, "zz_override.tf.json"), JSON.stringify(override));
}

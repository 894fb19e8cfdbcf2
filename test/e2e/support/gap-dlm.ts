import { notFound, type Route } from "./gap-route.ts";

/** Data Lifecycle Manager. https://docs.aws.amazon.com/dlm/latest/APIReference/API_Operations.html */
export const dlmRoutes = (): Route => {
  const policies = new Map<string, Record<string, unknown>>();
  let made = 0;
  return ({ method, path: [collection, id = ""], body }) => {
    if (collection === "tags") return { body: method === "GET" ? { Tags: {} } : {} };
    if (collection !== "policies") return undefined;
    if (method === "POST") {
      made += 1;
      const created = `policy-${String(made).padStart(17, "0")}`;
      policies.set(created, {
        ...body,
        PolicyId: created,
        PolicyArn: `arn:aws:dlm:eu-central-1:123456789012:policy/${created}`,
        DateCreated: "2026-01-01T00:00:00Z",
        DateModified: "2026-01-01T00:00:00Z",
      });
      return { body: { PolicyId: created } };
    }
    const policy = policies.get(id);
    if (policy === undefined) return notFound(`no policy ${id}`);
    if (method === "PATCH") policies.set(id, { ...policy, ...body });
    if (method === "DELETE") policies.delete(id);
    return { body: method === "GET" ? { Policy: policy } : {} };
  };
};

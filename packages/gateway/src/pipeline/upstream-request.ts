import { placeOf } from "@rollcall/contract";
import { applyEdit, applyEdits, NO_EDITS, type Edit } from "../body/edits.ts";
import { renaming, type WrittenName } from "../body/rename.ts";
import { KIND_EDITS } from "../endpoints/kind-edits.ts";
import { keptQuery } from "../endpoints/query.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { UpstreamRequest } from "../upstream/http1/request-bytes.ts";
import type { UpstreamTemplate } from "../upstream/upstream-templates.ts";
import type { RequestContext } from "./request-context.ts";

/** What one attempt asks of its backend. */
export function upstreamRequest(
  ctx: RequestContext,
  candidate: Candidate,
  template: UpstreamTemplate,
): UpstreamRequest {
  const { endpoint, incoming, requestId } = ctx;
  const { base } = candidate.deployment.backend;
  const { below, upstreamPath } = placeOf(endpoint, candidate.kind);
  return {
    method: endpoint.method,
    path: (below === "api" ? base.apiPath : base.rootPath) + withObject(upstreamPath, ctx),
    headerLines: template.headers.print(incoming.headers, requestId),
    body: upstreamBody(ctx, candidate, template.name),
    lender: ctx.body,
    repeatable: ctx.resend === "always",
  };
}

function withObject(path: string, { endpoint, incoming, origin, pathId }: RequestContext): string {
  if (pathId === null) return path;
  const { query } = endpoint;
  const kept = query === undefined ? "" : keptQuery(incoming.url ?? "", query);
  return path.replace("{id}", () => encodeURIComponent(origin?.upstreamId ?? "")) + kept;
}

/** As it was sent but for the name, and for what the endpoint or the kind of server asks for. */
function upstreamBody(
  { body, edits, endpoint, fields }: RequestContext,
  { deployment, kind }: Candidate,
  name: WrittenName,
): readonly Buffer[] {
  const isNamedSo = fields.name.sent === deployment.expected;
  const ofKind: readonly Edit[] =
    endpoint.elsewhere === undefined
      ? NO_EDITS
      : (KIND_EDITS.get(endpoint.name)?.[kind]?.(body.bytes) ?? NO_EDITS);
  if (edits.length + ofKind.length === 0)
    return isNamedSo ? [body.bytes] : applyEdit(body.bytes, renaming(fields.name, name));
  return applyEdits(body.bytes, [...(isNamedSo ? [] : [renaming(fields.name, name)]), ...edits, ...ofKind]);
}

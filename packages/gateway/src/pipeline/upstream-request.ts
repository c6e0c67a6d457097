import { placeOf } from "@rollcall/contract";
import { applyEdit, applyEdits, NO_EDITS, type Edit } from "../body/edits.ts";
import { changeForm } from "../body/form-changes.ts";
import { changeBody, type BodyChanges } from "../body/body-changes.ts";
import { renaming } from "../body/rename.ts";
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
  const { endpoint, incoming, requestId, traced } = ctx;
  const { base } = candidate.deployment.backend;
  const { below, upstreamPath } = placeOf(endpoint, candidate.kind);
  return {
    method: endpoint.method,
    path: (below === "api" ? base.apiPath : base.rootPath) + withObject(upstreamPath, ctx),
    headerLines: template.headers.print(
      incoming.headers,
      requestId,
      traced === null ? null : traced.headerLines(),
    ),
    body: upstreamBody(ctx, candidate, template),
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

/** As it was sent but for the name, and for what the config, the endpoint or the kind of server asks for. */
function upstreamBody(
  ctx: RequestContext,
  candidate: Candidate,
  template: UpstreamTemplate,
): readonly Buffer[] {
  const { body, fields } = ctx;
  const edits = editsBeside(ctx, candidate);
  const naming =
    fields.name.sent === candidate.deployment.expected ? null : renaming(fields.name, template.name);
  const changes = template.changes === null ? null : template.changes.at(ctx.endpoint.name);
  if (changes !== null) {
    const before = naming === null ? edits : [naming, ...edits];
    return changedBody(ctx, { changes, before, isNameAlone: edits.length === 0 });
  }
  if (edits.length > 0) return applyEdits(body.bytes, naming === null ? edits : [naming, ...edits]);
  return naming === null ? [body.bytes] : applyEdit(body.bytes, naming);
}

/** What the endpoint and the kind of server ask for. */
function editsBeside({ body, edits, endpoint }: RequestContext, { kind }: Candidate): readonly Edit[] {
  if (endpoint.elsewhere === undefined) return edits;
  const ofKind = KIND_EDITS.get(endpoint.name)?.[kind]?.(body.bytes) ?? NO_EDITS;
  return ofKind.length === 0 ? edits : [...edits, ...ofKind];
}

interface Changing {
  readonly changes: BodyChanges;
  /** What else is changed. */
  readonly before: readonly Edit[];
  /** Is that the name at most? */
  readonly isNameAlone: boolean;
}

/** The deployment's entry changes what has been changed otherwise. A name where one stood is in nobody's way. */
function changedBody(
  { body, endpoint, fields }: RequestContext,
  { changes, before, isNameAlone }: Changing,
): readonly Buffer[] {
  const change = endpoint.model === "multipart" ? changeForm : changeBody;
  const { form } = fields.name;
  if (isNameAlone && (form === "json" || form === "text"))
    return applyEdits(body.bytes, [...before, ...change(body.bytes, changes, fields.stream)]);
  const edited = Buffer.concat(applyEdits(body.bytes, before));
  return applyEdits(edited, change(edited, changes, fields.stream));
}

import { placeOf } from "@rollcall/contract";
import { applyEdit, applyEdits, NO_EDITS, type Edit } from "../body/edits.ts";
import { changeForm } from "../body/form-changes.ts";
import { changeBody, type BodyChanges } from "../body/body-changes.ts";
import { renaming } from "../body/rename.ts";
import { KIND_EDITS } from "../endpoints/kind-edits.ts";
import { askingForUsage, canAskForUsage } from "../endpoints/usage-request.ts";
import type { RoutingState } from "../routing-state.ts";
import { keptQuery } from "../endpoints/query.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { UpstreamRequest } from "../upstream/http1/request-bytes.ts";
import type { UpstreamTemplate } from "../upstream/upstream-templates.ts";
import type { RequestContext } from "./request-context.ts";

/** Whose body is sent where. */
export interface Attempted {
  readonly ctx: RequestContext;
  readonly candidate: Candidate;
  /** What asks for usage that the app did not ask for. */
  readonly usageEdits: readonly Edit[];
}

/** What asks for usage in the body of a stream, unless the app or the config says something of it itself. */
export function usageEditsOf(
  { body, endpoint, fields }: RequestContext,
  candidate: Candidate,
  { config, templates }: RoutingState,
): readonly Edit[] {
  if (!fields.stream || !config.metrics.tokens || !canAskForUsage(endpoint, candidate.kind)) return NO_EDITS;
  const changes = templates.of(candidate.deployment).changes?.at(endpoint.name);
  return changes?.setsStreamOptions === true ? NO_EDITS : askingForUsage(body.bytes, fields);
}

/** What one attempt asks of its backend. */
export function upstreamRequest(attempted: Attempted, template: UpstreamTemplate): UpstreamRequest {
  const { candidate, ctx } = attempted;
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
    body: upstreamBody(attempted, template),
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
function upstreamBody(attempted: Attempted, template: UpstreamTemplate): readonly Buffer[] {
  const { candidate, ctx } = attempted;
  const { body, fields } = ctx;
  const edits = editsBeside(attempted);
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
function editsBeside({ ctx, candidate: { kind }, usageEdits }: Attempted): readonly Edit[] {
  const { body, edits, endpoint } = ctx;
  if (usageEdits.length > 0) return edits.length === 0 ? usageEdits : [...edits, ...usageEdits];
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

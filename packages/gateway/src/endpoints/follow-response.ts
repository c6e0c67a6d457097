import { err, ok, type Result } from "@rollcall/contract";
import { NO_EDITS } from "../body/edits.ts";
import { readSpan } from "../body/json-fields.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Prepared } from "../pipeline/prepare.ts";
import type { RequestContext } from "../pipeline/request-context.ts";

const PARAM = "previous_response_id";

/** A response that goes on from an earlier one has to be made where that one is remembered. */
export function followResponse(ctx: RequestContext): Result<Prepared, GatewayError> {
  const { alias, body, fields, principal, state } = ctx;
  const span = fields.spans[PARAM];
  const id = span === undefined ? null : readSpan(body.bytes, span);
  // Null is none; what is no text is for the backend to refuse.
  if (span === undefined || typeof id !== "string") return ok({ edits: NO_EDITS });
  const origin = state.objectIds.read(id, principal);
  const isOfAlias = state.config.aliases.get(alias)?.some((one) => one.id === origin?.deployment);
  if (origin === null || isOfAlias !== true) return err({ kind: "unknown_object", id, param: PARAM });
  const edit = { start: span.start, end: span.end, bytes: Buffer.from(JSON.stringify(origin.upstreamId)) };
  return ok({ edits: [edit], origin });
}

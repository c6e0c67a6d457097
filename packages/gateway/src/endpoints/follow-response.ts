import { err, ok, type Result } from "@rollcall/contract";
import { NO_EDITS } from "../body/edits.ts";
import { readSpan } from "../body/json-fields.ts";
import { elementsOf, membersOf, textAt } from "../body/json-walk.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Prepared } from "../pipeline/prepare.ts";
import type { RequestContext } from "../pipeline/request-context.ts";

const PARAM = "previous_response_id";

/** One that goes on without its app, as far as a backend may have begun it. A second one would be made beside it. */
const BEGUN_ONCE = { resend: "unsent" } as const;
const ANY = {};

/**
 * A response that goes on from an earlier one has to be made where that one is remembered. One in the background, or whose
 * server calls tools of others (MCP), does its work though nobody hears of it, so it is never made twice.
 */
export function followResponse(ctx: RequestContext): Result<Prepared, GatewayError> {
  const { alias, body, fields, principal, state } = ctx;
  const resending = hasEffects(ctx) ? BEGUN_ONCE : ANY;
  const span = fields.spans[PARAM];
  const id = span === undefined ? null : readSpan(body.bytes, span);
  // Null is none; what is no text is for the backend to refuse.
  if (span === undefined || typeof id !== "string") return ok({ edits: NO_EDITS, ...resending });
  const origin = state.objectIds.read(id, principal);
  const isOfAlias = state.config.aliases.get(alias)?.some((one) => one.id === origin?.deployment);
  if (origin === null || isOfAlias !== true) return err({ kind: "unknown_object", id, param: PARAM });
  const edit = { start: span.start, end: span.end, bytes: Buffer.from(JSON.stringify(origin.upstreamId)) };
  return ok({ edits: [edit], origin, ...resending });
}

const TOOLS = "tools";
const MCP = Buffer.from('"mcp"');

function hasEffects({ body: { bytes }, fields: { spans } }: RequestContext): boolean {
  const { background } = spans;
  if (background !== undefined && readSpan(bytes, background) === true) return true;
  if (!bytes.includes(MCP)) return false;
  const members = membersOf(bytes, { start: bytes.indexOf("{") });
  const tools = members.findLast(({ key }) => key === TOOLS)?.value;
  return (
    tools !== undefined &&
    elementsOf(bytes, tools).some((tool) =>
      membersOf(bytes, tool).some(({ key, value }) => key === "type" && textAt(bytes, value) === "mcp"),
    )
  );
}

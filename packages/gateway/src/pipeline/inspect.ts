import { err, ok, type Endpoint, type ModelPlace, type Result } from "@rollcall/contract";
import { NO_MODEL, readFieldsBeside, readJsonFields, type RequestFields } from "../body/json-fields.ts";
import { readMultipartBeside, readMultipartFields } from "../body/multipart-fields.ts";
import { queryOf } from "../endpoints/query.ts";
import { readOverrides } from "../body/overrides.ts";
import { findTarget } from "../routing/table.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RoutingTable } from "../routing/table.ts";
import type { Target } from "../routing/target.ts";
import type { RequestContext } from "./request-context.ts";
import type { Stage } from "./stage.ts";

/** `given`: the model that counts before what the request says. */
type Read = (ctx: RequestContext, given: string | null) => Result<RequestFields, GatewayError>;

/** How the fields are found, by where the endpoint has the model. */
const READERS: Readonly<Record<ModelPlace, Read>> = {
  json: ({ body }, given) =>
    given === null ? readJsonFields(body.bytes) : readFieldsBeside(body.bytes, given),
  multipart: ({ body, incoming }, given) => {
    const type = incoming.headers["content-type"];
    return given === null
      ? readMultipartFields(body.bytes, type)
      : readMultipartBeside(body.bytes, type, given);
  },
  query: ({ body, incoming }) => readFieldsBeside(body.bytes, queryOf(incoming.url ?? "").get("model") ?? ""),
  object_id: readObjectId,
};

/** The deployment that made the object says which alias it is of. */
function readObjectId(ctx: RequestContext): Result<RequestFields, GatewayError> {
  const { incoming, pathId, principal, state } = ctx;
  const id = pathId ?? "";
  const origin = state.objectIds.read(id, principal);
  const deployment = state.config.deployments.find((one) => one.id === origin?.deployment);
  if (origin === null || deployment === undefined)
    return err({ kind: "unknown_object", id, param: "response_id" });
  ctx.origin = origin;
  return ok({
    model: deployment.alias,
    stream: queryOf(incoming.url ?? "").get("stream") === "true",
    name: { start: 0, end: 0, form: "nowhere", sent: null },
    spans: {},
  });
}

export function inspect({ impliedMode, model }: Pick<Endpoint, "impliedMode" | "model">): Stage {
  const read = READERS[model];
  return (ctx) => {
    let fields = read(ctx, ctx.pathModel);
    if (!fields.ok && impliedMode !== undefined && isLeftOut(fields.error)) {
      const implied = onlyAliasOf(impliedMode, ctx.state.table);
      if (implied !== null) fields = read(ctx, implied);
    }
    if (!fields.ok) return fields.error;
    ctx.fields = fields.value;
    ctx.meant = fields.value.model;
    ctx.overrides = readOverrides(
      { body: ctx.body.bytes, fields: fields.value, headers: ctx.incoming.headers },
      ctx.state.config,
    );
    ctx.alias = targetOf(ctx)?.alias ?? ctx.alias;
    return null;
  };
}

/** What the name means, if anything: of an object, the alias whose deployment made it. */
export function targetOf({ meant, origin, state: { table } }: RequestContext): Target | undefined {
  return (origin === null ? undefined : table.groups.get(meant)) ?? findTarget(table, meant);
}

function isLeftOut(error: GatewayError): boolean {
  return error.kind === "model_missing" && error.found === NO_MODEL;
}

/** Null: none has that mode, or several have. */
function onlyAliasOf(wanted: string, { targets }: RoutingTable): string | null {
  const aliases = new Set<string>();
  // Of a wildcard its names are meant: the pattern is none.
  for (const [name, { alias, mode, serves }] of targets)
    if (mode === wanted) aliases.add(serves === null ? alias : name);
  const [only = null, ...others] = aliases;
  return others.length === 0 ? only : null;
}

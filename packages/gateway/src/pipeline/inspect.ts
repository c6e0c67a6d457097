import { calledElsewhere, err, ok, type ModelPlace, type Result } from "@rollcall/contract";
import { readFieldsBeside, readJsonFields, type RequestFields } from "../body/json-fields.ts";
import { readMultipartBeside, readMultipartFields } from "../body/multipart-fields.ts";
import { queryOf } from "../endpoints/query.ts";
import { readOverrides } from "../body/overrides.ts";
import { findTarget } from "../routing/table.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "./request-context.ts";
import type { Stage } from "./stage.ts";

type Read = (ctx: RequestContext) => Result<RequestFields, GatewayError>;

/** How the fields are found, by where the endpoint has the model. What the path says counts before it. */
const READERS: Readonly<Record<ModelPlace, Read>> = {
  json: ({ body, pathModel }) =>
    pathModel === null ? readJsonFields(body.bytes) : readFieldsBeside(body.bytes, pathModel),
  multipart: ({ body, incoming, pathModel }) => {
    const type = incoming.headers["content-type"];
    return pathModel === null
      ? readMultipartFields(body.bytes, type)
      : readMultipartBeside(body.bytes, type, pathModel);
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

export function inspect(place: ModelPlace): Stage {
  const read = READERS[place];
  return (ctx) => {
    const fields = read(ctx);
    if (!fields.ok) return fields.error;
    ctx.fields = fields.value;
    ctx.overrides = readOverrides(
      { body: ctx.body.bytes, fields: fields.value, headers: ctx.incoming.headers },
      ctx.state.config,
    );
    const { table } = ctx.state;
    const { model } = fields.value;
    const target = (ctx.origin === null ? undefined : table.groups.get(model)) ?? findTarget(table, model);
    if (target === undefined) return null;
    ctx.alias = target.alias;
    return target.mode === "chat" ? null : refuseMode(ctx, target.mode);
  };
}

function refuseMode({ endpoint, fields }: RequestContext, mode: string): GatewayError | null {
  const instead = calledElsewhere(mode, endpoint.name);
  return instead === null ? null : { kind: "wrong_mode", model: fields.model, mode, instead };
}

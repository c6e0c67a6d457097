import type { ModelPlace, Result } from "@rollcall/contract";
import { readFieldsBeside, readJsonFields, type RequestFields } from "../body/json-fields.ts";
import { readMultipartBeside, readMultipartFields } from "../body/multipart-fields.ts";
import { readOverrides } from "../body/overrides.ts";
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
};

export function inspect(place: ModelPlace): Stage {
  const read = READERS[place];
  return (ctx) => {
    const fields = read(ctx);
    if (!fields.ok) return fields.error;
    ctx.fields = fields.value;
    ctx.overrides = readOverrides(ctx.body.bytes, fields.value, ctx.state.config);
    ctx.alias = ctx.state.table.targets.get(fields.value.model)?.alias ?? "";
    return null;
  };
}

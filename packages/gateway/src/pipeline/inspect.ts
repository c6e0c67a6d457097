import type { IncomingMessage } from "node:http";
import type { ModelPlace, Result } from "@rollcall/contract";
import { readFieldsBeside, readJsonFields, type RequestFields } from "../body/json-fields.ts";
import { readMultipartFields } from "../body/multipart-fields.ts";
import { readOverrides } from "../body/overrides.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "./request-context.ts";
import type { Stage } from "./stage.ts";

type Read = (ctx: RequestContext) => Result<RequestFields, GatewayError>;

/** How the fields are found, by where the endpoint has the model. */
const READERS: Readonly<Record<ModelPlace, Read>> = {
  json: ({ body }) => readJsonFields(body.bytes),
  multipart: ({ body, incoming }) => readMultipartFields(body.bytes, incoming.headers["content-type"]),
  query: ({ body, incoming }) => readFieldsBeside(body.bytes, queryOf(incoming).get("model") ?? ""),
  path: ({ body, pathModel }) => readFieldsBeside(body.bytes, pathModel ?? ""),
};

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  return URL.parse(url, "http://localhost")?.searchParams ?? new URLSearchParams();
}

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

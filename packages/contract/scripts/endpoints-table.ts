import type { Endpoint, ModelPlace } from "../src/endpoints/endpoint.ts";
import { realtime } from "../src/endpoints/realtime.ts";
import { ENDPOINTS } from "../src/endpoints/table.ts";

const MODEL_PLACES: Readonly<Record<ModelPlace, string>> = {
  json: "`model` in the JSON body",
  multipart: "`model` in a multipart form",
  object_id: "none: an id in the path",
  query: "`model` in the query, or in the first `session.update`",
};

const RESENDS: Readonly<Record<Endpoint["resend"], string>> = {
  always: "yes",
  unsent: "only if the first backend cannot have read it",
  never: "no",
};

/** Every endpoint that carries a model as a table in Markdown. */
export function endpointsTable(): string {
  const rows = [...ENDPOINTS, realtime].map((endpoint) => {
    const { name, method, paths, model, resend, servedBy } = endpoint;
    const cells = [
      `\`${name}\``,
      paths.map((path) => `\`${method} ${path}\``).join(", "),
      MODEL_PLACES[model],
      streams(endpoint),
      endpoint.upgrade === undefined ? RESENDS[resend] : "until it is open",
      servedBy === "all" ? "all" : servedBy.join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| `endpoint` label | paths | model | streams | retried elsewhere | server kinds |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function streams({ response, upgrade }: Endpoint): string {
  if (upgrade !== undefined) return "WebSocket";
  return response.events === null ? "no" : `server-sent events, ${terminal(response.events.terminal)}`;
}

function terminal(ends: readonly string[]): string {
  return ends.length === 0
    ? "no terminal event"
    : `ends with ${ends.map((end) => `\`${end}\``).join(" or ")}`;
}

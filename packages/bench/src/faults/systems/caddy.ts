import { readFileSync } from "node:fs";
import { request } from "undici";
import { MODEL } from "../bed.ts";
import { hostsOf } from "./hosts.ts";
import { type Proxy, PROXY_ABILITIES, type ProxySettings, startProxy } from "./proxy.ts";
import { FIRST_BYTE_SECONDS, PROBE_SECONDS, type SystemKind } from "./system.ts";
import { CADDY_PEER } from "../../peers/caddy.ts";

export const CADDY: SystemKind = {
  ...CADDY_PEER,
  perSecond: 120,
  setup: `active check of /v1/models every ${PROBE_SECONDS}s with a regular expression on the name; passive check (max_fails 1, fail_duration 2s, 5xx 401 404 429); lb_try_duration 3s; no lb_retry_match, with which this version did worse`,
  abilities: PROXY_ABILITIES,
  start: (bed) => startProxy(PROXY, bed),
};

const PROXY: Proxy = {
  configFile: "Caddyfile",
  config: writeConfig,
  command: ({ file }) => [
    "env",
    [
      `XDG_DATA_HOME=${file("data")}`,
      `XDG_CONFIG_HOME=${file("config")}`,
      "caddy",
      "run",
      "--config",
      file("Caddyfile"),
      "--adapter",
      "caddyfile",
    ],
  ],
  // The admin port answers when the new config runs, or when it was found wrong.
  reload: async (_child, { file, adminPort }) => {
    const { body } = await request(`http://127.0.0.1:${adminPort}/load`, {
      method: "POST",
      headers: { "content-type": "text/caddyfile" },
      body: readFileSync(file("Caddyfile"), "utf8"),
    });
    await body.dump();
  },
  gracefulSignal: "SIGTERM",
  reasons: async ({ output }) => {
    const said =
      /"msg":"(unexpected status code|response body failed expectations|HTTP request failed)"/.exec(output);
    return said?.[1] === undefined ? [] : [`(log) ${said[1]}`];
  },
};

/** As its quotes have to be written in a Caddyfile. */
const CADDY_NAME = String.raw`"\"id\": *\"${MODEL}\""`;

function writeConfig({ bed, port, adminPort, key, weight }: ProxySettings): string {
  return `{
  admin 127.0.0.1:${adminPort}
  auto_https off
  grace_period 8s
}
http://127.0.0.1:${port} {
  header x-revision ${weight}
  reverse_proxy ${hostsOf(bed.replicas).join(" ")} {
    lb_policy round_robin
    lb_try_duration 3s
    lb_try_interval 20ms
    fail_duration 2s
    max_fails 1
    unhealthy_status 5xx 401 404 429
    health_uri /v1/models
    health_interval ${PROBE_SECONDS}s
    health_timeout 1s
    health_status 200
    health_body ${CADDY_NAME}
    health_headers {
      Authorization "Bearer ${key}"
    }
    header_up Authorization "Bearer ${key}"
    transport http {
      dial_timeout 1s
      response_header_timeout ${FIRST_BYTE_SECONDS}s
    }
  }
}
`;
}

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { MODEL } from "../bed.ts";
import type { Child } from "../../peers/child.ts";
import { hostsOf } from "./hosts.ts";
import { type Proxy, PROXY_ABILITIES, type ProxySettings, startProxy } from "./proxy.ts";
import { FIRST_BYTE_SECONDS, PROBE_SECONDS, type SystemKind } from "./system.ts";
import { HAPROXY_PEER } from "../../peers/haproxy.ts";

export const HAPROXY: SystemKind = {
  ...HAPROXY_PEER,
  perSecond: 120,
  setup: `health check of /v1/models with the key and a regular expression on the name, inter ${PROBE_SECONDS}s fall 2 rise 2; retry-on all-retryable-errors 401 404, redispatch; SIGUSR1, its graceful stop, in the row of SIGTERM`,
  abilities: PROXY_ABILITIES,
  start: (bed) => startProxy(PROXY, bed),
};

const PROXY: Proxy = {
  configFile: "haproxy.cfg",
  config: writeConfig,
  command: ({ file }) => ["haproxy", ["-W", "-db", "-f", file("haproxy.cfg")]],
  reload: reloadAndWait,
  gracefulSignal: "SIGUSR1",
  reasons: async (_child, { file }) => readChecks(await showStat(file("stats.sock"))),
};

const RELOADED = /Loading success|waitpid mode/g;
const RELOAD_MS = 1_000;

/** A signal that comes while the one before is still being followed would be lost. */
async function reloadAndWait(child: Child): Promise<void> {
  const reloads = () => [...child.output.matchAll(RELOADED)].length;
  const before = reloads();
  child.signal("SIGUSR2");
  for (const until = Date.now() + RELOAD_MS; reloads() === before && Date.now() < until;) await sleep(10);
}

function writeConfig({ bed, port, key, weight, file }: ProxySettings): string {
  const servers = hostsOf(bed.replicas).map(
    (host, index) =>
      `server replica-${index} ${host} weight ${weight} check inter ${PROBE_SECONDS}s fall 2 rise 2`,
  );
  return `global
  stats socket ${file("stats.sock")} mode 600 level admin
  hard-stop-after 15s
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server ${FIRST_BYTE_SECONDS}s
  timeout check 1s
frontend apps
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  retries 2
  option redispatch 1
  retry-on all-retryable-errors 401 404
  http-request set-header Authorization "Bearer ${key}"
  option httpchk
  http-check send meth GET uri /v1/models hdr Authorization "Bearer ${key}"
  http-check expect rstring "\\"id\\": *\\"${MODEL}\\""
  ${servers.join("\n  ")}
`;
}

async function showStat(socket: string): Promise<string> {
  const connection = connect(socket);
  connection.end("show stat\n");
  return text(connection);
}

/** From its CSV: the result of the last check of every server that is not up. */
export function readChecks(csv: string): readonly string[] {
  const [head = "", ...rows] = csv.split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const at = (row: readonly string[], column: string) => row[columns.indexOf(column)] ?? "";
  return rows
    .map((row) => row.split(","))
    .filter((row) => at(row, "svname").startsWith("replica-") && !at(row, "status").startsWith("UP"))
    .map((row) => at(row, "check_status"))
    .filter((status) => status !== "");
}

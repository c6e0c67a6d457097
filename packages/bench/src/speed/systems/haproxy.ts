import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { HAPROXY_PEER } from "../../peers/haproxy.ts";
import { servedName } from "../names.ts";
import type { Site } from "../site.ts";
import { firstUrl } from "./first-url.ts";
import type { System } from "./system.ts";

export const HAPROXY: System = {
  ...HAPROXY_PEER,
  part: "every",
  share: 1,
  setup:
    "1 thread, http-reuse always, http-no-delay, a check of /v1/models with a regular expression on the name every 2 s",
  start: async (site) => {
    const port = await freePort();
    const file = path.join(site.directory, "haproxy.cfg");
    const configure = (revision: number) => writeFileSync(file, configFor(site, port, revision));
    configure(0);
    const child = new Child("haproxy", ["-W", "-db", "-f", file]);
    return {
      url: `http://127.0.0.1:${port}`,
      headers: { authorization: "Bearer sk-bench" },
      pids: [child.pid],
      reload: async (revision) => {
        configure(revision);
        child.signal("SIGUSR2");
      },
      stop: async () => void (await child.stop()),
    };
  },
};

function configFor({ backend }: Site, port: number, revision: number): string {
  return `global
  nbthread 1
  maxconn 8000
  hard-stop-after 5s
defaults
  mode http
  option http-no-delay
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout check 1s
frontend apps
  bind 127.0.0.1:${port} backlog 4096
  default_backend replicas
backend replicas
  balance roundrobin
  http-reuse always
  http-request set-header Authorization "Bearer key-0"
  option httpchk
  http-check send meth GET uri /v1/models hdr Authorization "Bearer key-0"
  http-check expect rstring "\\"id\\": *\\"${servedName(0)}\\""
  server replica-0 ${new URL(firstUrl(backend)).host} weight ${1 + (revision % 7)} check inter 2s fall 2 rise 1 pool-max-conn -1
`;
}

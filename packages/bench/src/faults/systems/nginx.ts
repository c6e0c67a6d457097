import { readFileSync } from "node:fs";
import { hostsOf } from "./hosts.ts";
import { type Proxy, PROXY_ABILITIES, type ProxySettings, startProxy } from "./proxy.ts";
import { FIRST_BYTE_SECONDS, type SystemKind } from "./system.ts";
import { NGINX_PEER } from "../../peers/nginx.ts";

export const NGINX: SystemKind = {
  ...NGINX_PEER,
  perSecond: 120,
  setup:
    "proxy_next_upstream for everything it can name, with non_idempotent; max_fails 1, fail_timeout 2s; SIGQUIT, its graceful stop, in the row of SIGTERM",
  abilities: PROXY_ABILITIES,
  start: (bed) => startProxy(PROXY, bed),
};

const PROXY: Proxy = {
  configFile: "nginx.conf",
  config: writeConfig,
  command: ({ file, bed }) => [
    "nginx",
    ["-p", bed.directory, "-c", file("nginx.conf"), "-e", file("error.log"), "-g", "daemon off;"],
  ],
  reload: async (child) => child.signal("SIGHUP"),
  gracefulSignal: "SIGQUIT",
  reasons: async (_child, { file }) => {
    const log = readFileSync(file("error.log"), "utf8");
    return /while (connecting to|reading .* from|sending .* to) upstream/.test(log) ? ["(error log)"] : [];
  },
};

function writeConfig({ bed, port, key, weight, file }: ProxySettings): string {
  const servers = hostsOf(bed.replicas).map(
    (host) => `server ${host} weight=${weight} max_fails=1 fail_timeout=2s;`,
  );
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${file(name)};`,
  );
  // Its workers may not enter a directory of root's as anybody else.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `${user}
worker_processes 1;
pid ${file("nginx.pid")};
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  upstream replicas {
    ${servers.join("\n    ")}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer ${key}";
      proxy_buffering off;
      proxy_connect_timeout 1s;
      proxy_read_timeout ${FIRST_BYTE_SECONDS}s;
      proxy_next_upstream error timeout invalid_header http_500 http_502 http_503 http_504 http_403 http_404 http_429 non_idempotent;
      proxy_next_upstream_tries 3;
    }
  }
}
`;
}

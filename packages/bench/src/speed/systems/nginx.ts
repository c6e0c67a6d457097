import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { NGINX_PEER } from "../../peers/nginx.ts";
import type { Site } from "../site.ts";
import { firstUrl } from "./first-url.ts";
import type { System } from "./system.ts";

export const NGINX: System = {
  ...NGINX_PEER,
  part: "every",
  share: 1,
  setup:
    "1 worker, keepalive 512 to the backend, proxy_buffering off but for embeddings, bodies in memory, no access log",
  start: async (site) => {
    const port = await freePort();
    const file = path.join(site.directory, "nginx.conf");
    const configure = (revision: number) => writeFileSync(file, configFor(site, port, revision));
    configure(0);
    const where = ["-p", site.directory, "-c", file, "-e", path.join(site.directory, "error.log")];
    const child = new Child("nginx", [...where, "-g", "daemon off;"]);
    return {
      url: `http://127.0.0.1:${port}`,
      headers: { authorization: "Bearer sk-bench" },
      pids: [child.pid],
      reload: async (revision) => {
        configure(revision);
        child.signal("SIGHUP");
      },
      stop: async () => void (await child.stop()),
    };
  },
};

function configFor({ backend, directory }: Site, port: number, revision: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${path.join(directory, name)};`,
  );
  // Its workers may not enter a directory of root's as anybody else.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `${user}
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${path.join(directory, "nginx.pid")};
events { worker_connections 10000; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  client_max_body_size 64m;
  client_body_buffer_size 16m;
  keepalive_requests 1000000000;
  upstream replicas {
    server ${new URL(firstUrl(backend)).host} weight=${1 + (revision % 7)};
    keepalive 512;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Authorization "Bearer key-0";
    proxy_buffering off;
    location / { proxy_pass http://replicas; }
    location /v1/embeddings {
      proxy_pass http://replicas;
      proxy_buffering on;
      proxy_buffers 16 128k;
      proxy_max_temp_file_size 0;
    }
  }
}
`;
}

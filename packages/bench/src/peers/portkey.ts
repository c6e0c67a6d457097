import { readFile } from "node:fs/promises";
import { cached } from "./cache.ts";
import type { Peer } from "./peer.ts";

const VERSION = "1.15.2";

/** With the newest Hono every stream of this version is a 500. */
const PINNED = {
  private: true,
  dependencies: { "@portkey-ai/gateway": VERSION },
  overrides: { hono: "4.9.7", "@hono/node-server": "1.13.5" },
};

const HOME = cached("portkey");
const PACKAGE = cached("portkey", "node_modules", "@portkey-ai", "gateway");

/** What Node runs. */
export const PORTKEY_MAIN = `${PACKAGE}/build/start-server.js`;

export const PORTKEY_PEER: Peer = {
  name: "Portkey",
  version: async () => {
    try {
      return (JSON.parse(await readFile(`${PACKAGE}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      return null;
    }
  },
  install: [
    ["mkdir", "-p", HOME],
    ["sh", "-c", `printf %s '${JSON.stringify(PINNED)}' > ${HOME}/package.json`],
    ["npm", "install", "--prefix", HOME, "--no-audit", "--no-fund", "--ignore-scripts"],
  ],
};

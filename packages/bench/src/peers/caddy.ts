import { debian, type Peer } from "./peer.ts";
import { versionOf } from "./version-of.ts";

export const CADDY_PEER: Peer = {
  name: "Caddy",
  version: () => versionOf("caddy", ["version"], /^v?(\d\S*)/),
  install: debian("caddy"),
};

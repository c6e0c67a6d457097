import { debian, type Peer } from "./peer.ts";
import { versionOf } from "./version-of.ts";

export const NGINX_PEER: Peer = {
  name: "nginx",
  version: () => versionOf("nginx", ["-v"], /nginx\/(\S+)/),
  install: debian("nginx"),
};

import { debian, type Peer } from "./peer.ts";
import { versionOf } from "./version-of.ts";

export const HAPROXY_PEER: Peer = {
  name: "HAProxy",
  version: () => versionOf("haproxy", ["-v"], /version (\S+?)-/),
  install: debian("haproxy"),
};

import { firstUrl } from "./first-url.ts";
import type { System } from "./system.ts";

export const DIRECT: System = {
  name: "direct",
  version: async () => process.version,
  install: [],
  part: "every",
  share: 1,
  setup: "no proxy: the load goes to the backend itself, and the CPU is the backend's own",
  start: async ({ backend }) => ({
    url: firstUrl(backend),
    headers: {},
    pids: [backend.pid],
    stop: async () => {},
  }),
};

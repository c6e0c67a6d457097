import { fileURLToPath } from "node:url";

const source = (name: string) => fileURLToPath(import.meta.resolve(name));

/** What is built, a file each, by the name under which entryPoint() looks for it. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  cli: source("../src/main.ts"),
  control: source("../src/programs/control.ts"),
  gateway: source("../src/programs/gateway.ts"),
  "gateway-worker": source("@rollcall/gateway/worker"),
  prober: source("../src/programs/prober.ts"),
  simulator: source("@rollcall/simulator/main"),
  "store-thread": source("@rollcall/store/thread"),
};

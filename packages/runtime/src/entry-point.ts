import { fileURLToPath } from "node:url";

/** Programs of ours that run as processes of their own. */
export type Program = "control" | "gateway" | "gateway-worker" | "prober" | "simulator" | "store-thread";

/** Sources are `.ts`; in a build this module is part of one `.js` file for each program. */
export const IS_BUILT = import.meta.url.endsWith(".js");

/** The file that Node is to run for a program: its source, or in a build the file beside this one. */
export function entryPoint(program: Program, source: () => string | URL): string {
  return fileURLToPath(IS_BUILT ? new URL(`${program}.js`, import.meta.url) : source());
}

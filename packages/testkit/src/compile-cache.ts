import { fileURLToPath } from "node:url";

/** Programs that tests start share what Node compiled of the same sources: a start takes half the CPU. */
export function setup(): void {
  process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(
    new URL("../../node_modules/.cache/compile", import.meta.url),
  );
}

import type { Terminal } from "../src/terminal.ts";

/** One that shows no colours, and nothing at all. */
export const plain: Terminal = {
  out: () => {},
  err: () => {},
  logTo: () => ({ out: () => {}, err: () => {} }),
  interactive: false,
  paint: (_style, text) => text,
  env: {},
};

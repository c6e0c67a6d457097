import { styleText } from "node:util";

type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Where people read. Handed in, so that commands can be tested without a process. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True where a person looks on: then lines may be redrawn. */
  readonly interactive: boolean;
  /** Colour where it is wanted: not in a pipe, not under NO_COLOR. */
  paint(style: Style, text: string): string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const interactive = stdout.isTTY;
  const coloured = interactive && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive,
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    env,
  };
}

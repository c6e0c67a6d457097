import { styleText } from "node:util";
import { forJournal, LossyOutput, type OutputStream } from "@rollcall/runtime";

type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Where people read. Handed in, so that commands can be tested without a process. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** The same for what daemons say as long as they run: who stops reading it, or goes away, ends nothing. */
  logTo(printLost: PrintLost): LogTerminal;
  /** True where a person looks on: then lines may be redrawn. */
  readonly interactive: boolean;
  /** Colour where it is wanted: not in a pipe, not under NO_COLOR. */
  paint(style: Style, text: string): string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LogTerminal {
  out(text: string): void;
  err(text: string): void;
}

/** The line that says how many were lost. */
type PrintLost = (lines: number) => string;

function lossy(stream: OutputStream & { readonly fd: number }, printLost: PrintLost): (text: string) => void {
  const output = new LossyOutput(stream, (lines) => void destination.write(printLost(lines)));
  const destination = forJournal(output, stream);
  return (text) => void destination.write(text);
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const interactive = stdout.isTTY;
  const coloured = interactive && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    logTo: (printLost) => ({ out: lossy(stdout, printLost), err: lossy(stderr, printLost) }),
    interactive,
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    env,
  };
}

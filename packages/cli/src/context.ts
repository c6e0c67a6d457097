import type { Terminal } from "./terminal.ts";

/** What a command gets from the program, and how it says with which code the process is to end. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly finish: (exitCode: number) => void;
}

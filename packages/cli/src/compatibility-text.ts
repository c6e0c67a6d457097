import { printLines, type Compatibility, type Position, type ReportLine } from "@rollcall/contract";
import type { Terminal } from "./terminal.ts";

/**
 * The report that ends `rollcall check`: what of LiteLLM's config counts here, what counts otherwise and what not. Entries
 * that are left out were complained of.
 */
export function printCompatibility(
  { honoured, differs, unsupported }: Compatibility,
  file: string,
  terminal: Terminal,
): string {
  const lines = (title: string, found: readonly ReportLine[], most = Infinity) =>
    found.length === 0
      ? []
      : [terminal.paint("bold", title), ...found.map((line) => `  ${printLine(line, { file, most })}`)];
  const text = [
    ...lines("Honoured", honoured, MOST_HONOURED),
    ...lines("Differs from LiteLLM", differs),
    ...lines("Not supported", unsupported),
  ];
  return text.length === 0 ? "" : `\n${text.join("\n")}\n`;
}

/** Nobody has to look at what is well. */
const MOST_HONOURED = 10;

function printLine(
  { setting, note, at }: ReportLine,
  { file, most }: { readonly file: string; readonly most: number },
): string {
  return `${setting} (${printLines(fileOf(at) ?? file, at, most)})${note === "" ? "" : `: ${note}`}`;
}

function fileOf([first]: readonly Position[]): string | undefined {
  return first?.file;
}

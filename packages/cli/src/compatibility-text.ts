import { printLines, type Compatibility, type Position, type ReportLine } from "@rollcall/contract";
import type { Terminal } from "./terminal.ts";

/** The report that ends `rollcall check`: what of LiteLLM's config counts here, what counts otherwise and what not. */
export function printCompatibility(
  { honoured, differs, unsupported, leftOut }: Compatibility,
  file: string,
  terminal: Terminal,
): string {
  const lines = (title: string, found: readonly ReportLine[]) =>
    found.length === 0
      ? []
      : [terminal.paint("bold", title), ...found.map((line) => `  ${printLine(line, file)}`)];
  const text = [
    ...lines("Honoured", honoured),
    ...lines("Differs from LiteLLM", differs),
    ...lines("Not supported", unsupported),
    ...lines("Left out", leftOut),
  ];
  return text.length === 0 ? "" : `\n${text.join("\n")}\n`;
}

function printLine({ setting, note, at }: ReportLine, file: string): string {
  return `${setting} (${printLines(fileOf(at) ?? file, at)})${note === "" ? "" : `: ${note}`}`;
}

function fileOf([first]: readonly Position[]): string | undefined {
  return first?.file;
}

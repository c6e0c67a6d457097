import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mergeReports, type Report } from "../report.ts";
import { type Order, printMarkdown, replaceBetweenMarkers } from "./markdown.ts";

export interface Files {
  readonly json?: string;
  readonly markdown?: string;
}

/** Adds to what the JSON file already holds, and prints all of it. */
export function writeReport(run: Report, { json, markdown }: Files, order: Order): void {
  const before = json !== undefined && existsSync(json) ? readFileSync(json, "utf8") : null;
  const report = before === null ? run : mergeReports(JSON.parse(before) as Report, run);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (markdown === undefined) return;
  const page = existsSync(markdown) ? readFileSync(markdown, "utf8") : "";
  writeFileSync(markdown, replaceBetweenMarkers(page, printMarkdown(report, order)));
}

import { REASON_CODES, REASONS, WARNINGS } from "../src/index.ts";

/** Every reason and warning as tables in Markdown. */
export function reasonsTable(): string {
  const rows = REASON_CODES.map((code) => {
    const { meaning, fix, definite } = REASONS[code];
    return `| \`${code}\` | ${meaning} | ${definite ? "one probe" : "several in a row"} | ${fix} |`;
  });
  const warnings = Object.entries(WARNINGS).map(
    ([code, { meaning, fix }]) => `| \`${code}\` | ${meaning} | ${fix} |`,
  );
  return [
    "| reason | meaning | acts after | what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "Warnings. The deployment stays ready and keeps its traffic:",
    "",
    "| warning | meaning | what to do |",
    "| --- | --- | --- |",
    ...warnings,
  ].join("\n");
}

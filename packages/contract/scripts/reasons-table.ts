import { REASON_CODES, REASONS, WARNINGS } from "../src/index.ts";

/** Every reason and warning as tables in Markdown. */
export function reasonsTable(): string {
  const rows = REASON_CODES.map((code) => {
    const { meaning, fix, definite } = REASONS[code];
    return `| \`${code}\` | ${meaning} | ${definite ? "one probe" : "several"} | ${fix} |`;
  });
  const warnings = Object.entries(WARNINGS).map(
    ([code, { meaning, fix }]) => `| \`${code}\` | ${meaning} | ${fix} |`,
  );
  return [
    "| reason | meaning | takes | what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "Warnings, on a deployment that is ready all the same:",
    "",
    "| warning | meaning | what to do |",
    "| --- | --- | --- |",
    ...warnings,
  ].join("\n");
}

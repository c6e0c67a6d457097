import { PLACED_SETTINGS } from "../src/config/rollcall-section.ts";
import type { Setting } from "../src/config/setting.ts";

/** Every setting under `rollcall:` as a table in Markdown. */
export function settingsTable(): string {
  const rows = PLACED_SETTINGS.map(
    ({ path, setting }) =>
      `| \`${path.join(".")}\` | ${printDefault(setting)} | ${setting.reload === "live" ? "on reload" : "on restart"} | ${setting.description} |`,
  );
  return ["| setting | default | takes effect | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function printDefault({ default: value }: Setting): string {
  return value === null || Array.isArray(value) ? "" : `\`${value.toString()}\``;
}

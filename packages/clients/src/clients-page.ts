import { COLUMNS, FEATURES, type Column, type Feature } from "./features.ts";

export interface TriedFeature {
  readonly feature: Feature;
  /** `works`, `fails` for the reason in `note`, or `skipped` for it. */
  readonly state: "works" | "fails" | "skipped";
  readonly note?: string;
}

/** One row of the page. */
export interface TriedClient {
  readonly name: string;
  /** npm or PyPI. */
  readonly registry: string;
  /** `openai 7.57.0`; empty where it was not installed. */
  readonly versions: string;
  readonly features: readonly TriedFeature[];
}

/** The whole page packages/docs/clients.md. */
export function clientsPage(clients: readonly TriedClient[], date: string): string {
  const head = ["client", "from", "version", ...COLUMNS];
  const rows = clients.map((client) => [
    client.name,
    client.registry,
    client.versions,
    ...COLUMNS.map((column) => cell(client, column)),
  ]);
  const notes = clients.flatMap(({ name, registry, features }) =>
    features
      .filter(({ state }) => state !== "works")
      .map(({ feature, state, note }) => [
        name,
        registry,
        feature,
        `${state === "fails" ? "✗" : "not tried"}: ${note ?? ""}`,
      ]),
  );
  return [
    "# Clients",
    "",
    "Written by `npm run test:clients`: the clients that people use, as their registries have them, against prober and gateway as processes of their own in front of simulated vLLM servers. Answers are held against the clients' own types where these can be strict, every stream has to end with one terminal event of its dialect, and nothing of the backends may be told.",
    "",
    `Last run: ${date}. ✓: all that was tried of it works. ✗: something does not. ○: not tried. Empty: the client does not use it.`,
    "",
    table([head, ...rows]),
    "",
    ...(notes.length === 0
      ? []
      : ["## What does not work", "", table([["client", "from", "what", "why"], ...notes]), ""]),
    "## What is tried",
    "",
    table([
      ["column", "name", "has to show"],
      ...Object.entries(FEATURES).map(([name, { column, shows }]) => [column, `\`${name}\``, shows]),
    ]),
    "",
  ].join("\n");
}

function cell({ features }: TriedClient, column: Column): string {
  const states = features
    .filter(({ feature }) => FEATURES[feature].column === column)
    .map(({ state }) => state);
  if (states.length === 0) return "";
  if (states.includes("fails")) return "✗";
  return states.includes("works") ? "✓" : "○";
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

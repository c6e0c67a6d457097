import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gatewayFor, simulator, type Gateway } from "./harness.ts";
import { CONTRACTS, EVERYTHING, kindOf, makeWith, pageRow, type Bench } from "./litellm-contracts.ts";

const atEnd: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of atEnd.toReversed()) await end();
});

async function plainGateway(compat: "none" | "litellm"): Promise<Gateway> {
  const keep = (end: () => Promise<unknown>) => void atEnd.push(end);
  const backend = await simulator({ ...EVERYTHING, tasks: [...EVERYTHING.tasks] }, keep);
  return gatewayFor({ chat: [backend] }, { rollcall: { compat }, atEnd: keep });
}

let [without, withSwitch]: Bench[] = [];
beforeAll(async () => {
  without = { plain: await plainGateway("none"), make: makeWith("none") };
  withSwitch = { plain: await plainGateway("litellm"), make: makeWith("litellm") };
});

const benchOf = (bench: Bench | undefined): Bench => {
  if (bench === undefined) throw new Error("not started");
  return bench;
};

describe.each([...new Set(CONTRACTS.map(({ topic }) => topic))])("%s", (topic) => {
  const rows = CONTRACTS.filter((row) => row.topic === topic).map(
    (row) => [row.contract, kindOf(row), row] as const,
  );

  test.each(rows)("%s: %s", async (_contract, kind, { ask, found, withSwitch: switched }) => {
    expect(await ask(benchOf(without))).toEqual(found);
    if (kind === "with the switch") expect(await ask(benchOf(withSwitch))).toEqual(switched);
  });
});

test("the page has the same table, and counts it", () => {
  const page = readFileSync(new URL("../../docs/litellm.md", import.meta.url), "utf8");
  const rows = page
    .split("\n")
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === 4 && CONTRACTS.some(({ topic }) => topic === cells[0]));
  expect(rows.map((cells) => cells.join(" | "))).toEqual(CONTRACTS.map(pageRow));
  const count = (kind: string) => CONTRACTS.filter((row) => kindOf(row) === kind).length;
  const counts = `${CONTRACTS.length} contracts: ${count("yes")} hold, ${count("with the switch")} hold with the switch, ${count("no")} do not.`;
  expect(page).toContain(counts);
});

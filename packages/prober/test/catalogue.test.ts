import type { Simulator } from "@rollcall/simulator";
import { describe, expect, it } from "vitest";
import { SCENARIOS, type Scenario } from "./catalogue.ts";
import type { Entry } from "./configs.ts";
import { running, simulated, site, type Running } from "./running.ts";
import { until } from "./until.ts";

const PATIENCE_MS = 30_000;

const come = (holds: () => boolean) => until(holds, PATIENCE_MS);

const scenarios = SCENARIOS(come);

interface Told {
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly text: string;
}

interface Shown {
  readonly alias: string;
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  readonly notices: readonly { readonly code: string; readonly detail: string }[];
}

/** What the prober says of each alias. */
async function look(prober: Running): Promise<ReadonlyMap<string, Told>> {
  const { deployments } = JSON.parse((await prober.get("/status")).text) as { deployments: readonly Shown[] };
  return new Map(
    deployments.map(({ alias, reason, detail, hint, notices }) => {
      const text = [detail, hint, ...notices.map((notice) => notice.detail)].join(" ");
      return [alias, { reason, warnings: notices.map(({ code }) => code), text }];
    }),
  );
}

interface Detected extends Told {
  /** From when it happened until it was told; for people to look at, since machines differ. */
  readonly ms: number;
}

const asTold = ({ reason, warning }: Scenario, told: Told | undefined) =>
  told?.reason === reason && (warning === undefined || told.warnings.includes(warning));

/** All scenarios at once under one prober, with its own intervals: how each ends. */
async function play(): Promise<ReadonlyMap<string, Detected>> {
  const simulators = await Promise.all(scenarios.map(({ options }) => simulated(options)));
  const entries = scenarios.map(({ what, entry, base = (url) => url }, index): Entry => {
    const { url } = simulators[index] as Simulator;
    return { alias: what, ...entry, base: base(url) };
  });
  // Two minutes of standing still are for people with patience.
  const prober = await running(site(entries, { prober: { stall_time: "3s" } }));
  const began = performance.now();
  let now: ReadonlyMap<string, Told> = new Map();
  // A look that is under way when the prober ends comes to nothing.
  const watch = setInterval(
    () =>
      void look(prober).then(
        (next) => (now = next),
        () => {},
      ),
    50,
  );
  try {
    const played = scenarios.map(async (scenario, index): Promise<[string, Detected]> => {
      const { what, happens } = scenario;
      const reason = () => now.get(what)?.reason as ReturnType<Parameters<NonNullable<typeof happens>>[1]>;
      if (happens !== undefined) await come(() => reason() === "ok");
      const start = happens === undefined ? began : performance.now();
      await happens?.(simulators[index] as Simulator, reason);
      await come(() => asTold(scenario, now.get(what))).catch(() => {});
      return [what, { ...(now.get(what) as Told), ms: performance.now() - start }];
    });
    return new Map(await Promise.all(played));
  } finally {
    clearInterval(watch);
  }
}

describe("the prober names what is wrong", () => {
  let detected: ReadonlyMap<string, Detected>;

  it("within a while, all of it at once", { timeout: 90_000 }, async () => {
    detected = await play();
    expect(detected.size).toBe(scenarios.length);
    for (const { what, reason, warning } of scenarios) {
      const ms = (detected.get(what)?.ms ?? Number.NaN).toFixed(0).padStart(6);
      process.stdout.write(`${ms} ms  ${(warning ?? reason).padEnd(16)} ${what}\n`);
    }
  });

  it.each(scenarios.map((scenario) => [scenario.what, scenario] as const))("%s", (what, scenario) => {
    const { reason, warning, told } = scenario;
    const { ms: _ms, text, ...found } = detected.get(what) as Detected;
    expect(found).toMatchObject({
      reason,
      warnings: warning === undefined ? [] : expect.arrayContaining([warning]),
    });
    expect(text).toMatch(told);
  });
});

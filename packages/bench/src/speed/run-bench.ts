import { printInstall } from "../peers/install.ts";
import { describeMachine } from "../peers/machine.ts";
import type { AbsentSystem, Report, Result } from "./report.ts";
import { type Effort, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { NOT_MEASURED } from "./systems/not-measured.ts";
import type { System } from "./systems/system.ts";

export interface Bench {
  readonly command: string;
  readonly scenarios: readonly Scenario[];
  readonly systems: readonly System[];
  readonly effort: Effort;
  readonly onResult: (result: Result) => void;
}

/** All scenarios one after the other, on the systems that are installed. */
export async function runBench({ command, scenarios, systems, effort, onResult }: Bench): Promise<Report> {
  const versions = await Promise.all(systems.map((system) => system.version()));
  const absent = systems.filter((_, index) => versions[index] === null);
  const present = systems.flatMap((kind, index) => {
    const version = versions[index] ?? null;
    return version === null ? [] : [{ kind, version }];
  });
  const results: Result[] = [];
  for (const scenario of scenarios) {
    const result = await runScenario(
      scenario,
      present.map(({ kind }) => kind),
      effort,
    );
    onResult(result);
    results.push(result);
  }
  return {
    machine: describeMachine(),
    command,
    systems: present.map(({ kind: { name, setup }, version }) => ({ name, version, setup })),
    absent: [...absent.map(describeAbsent), ...NOT_MEASURED],
    results,
  };
}

function describeAbsent(system: System): AbsentSystem {
  return { name: system.name, install: printInstall(system) };
}

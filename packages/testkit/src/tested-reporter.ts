import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import type { Figures } from "./note-figure.ts";
import type { Versions } from "./note-version.ts";
import { updateTested } from "./tested-table.ts";

const PAGE = path.join(import.meta.dirname, "../../docs/tested.md");

/** For vitest's `reporters`: writes what the lane in `LANE` said into packages/docs/tested.md. */
export default class TestedReporter implements Reporter {
  readonly #began = performance.now();
  #isPart = false;

  /** With `-t` some tests run for a person's sake: the lane has said nothing. */
  onInit({ config }: Vitest): void {
    this.#isPart = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lane = process.env["LANE"];
    if (lane === undefined || this.#isPart) return;
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const states = tests.map((one) => one.result().state);
    // A run that ended before its first test says nothing of the lane.
    if (!states.some((state) => state === "passed" || state === "failed")) return;
    const count = (state: (typeof states)[number]) => states.filter((one) => one === state).length;
    const noted = tests.map((one): Versions => one.meta().versions ?? {});
    const versions: Versions = Object.assign({ node: process.versions.node }, ...noted);
    const measured = tests.map((one): Figures => one.meta().figures ?? {});
    const figures: Figures = Object.assign({}, ...measured);
    const row = {
      lane,
      date: new Date().toISOString().slice(0, 10),
      versions,
      figures,
      passed: count("passed"),
      failed: count("failed"),
      skipped: count("skipped"),
      seconds: (performance.now() - this.#began) / 1_000,
    };
    writeFileSync(PAGE, updateTested(existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "", row));
  }
}

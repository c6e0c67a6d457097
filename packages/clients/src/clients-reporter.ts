import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import { clientsPage, type TriedClient, type TriedFeature } from "./clients-page.ts";
import { CLIENTS, REGISTRIES } from "./clients.ts";
import { triedBy } from "./lane-meta.ts";

const PAGE = fileURLToPath(new URL("../../docs/clients.md", import.meta.url));
const STATES = { passed: "works", failed: "fails", skipped: "skipped", pending: "skipped" } as const;

/** For vitest's `reporters`: writes what the lane found to packages/docs/clients.md, after a run of all clients. */
export default class ClientsReporter implements Reporter {
  #isPart = false;

  /** Of some clients alone, with `-t`, it is no page. */
  onInit({ config }: Vitest): void {
    this.#isPart = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isPart) return;
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const clients = CLIENTS.map((client): TriedClient => {
      const own = tests.filter((one) => {
        const tried = triedBy(one);
        return tried?.client === client.name && tried.language === client.language;
      });
      return {
        name: client.name,
        registry: REGISTRIES[client.language],
        versions: (own[0] && triedBy(own[0])?.versions) ?? "",
        features: own.flatMap(featureOf),
      };
    });
    writeFileSync(PAGE, clientsPage(clients, new Date().toISOString().slice(0, 10)));
  }
}

function featureOf(one: TestCase): readonly TriedFeature[] {
  const tried = triedBy(one);
  if (tried === undefined) return [];
  const result = one.result();
  if (tried.fails !== undefined && result.state === "passed")
    return [{ feature: tried.feature, state: "fails", note: tried.fails }];
  const note = result.state === "skipped" ? result.note : shorten(result.errors?.[0]?.message);
  return [{ feature: tried.feature, state: STATES[result.state], ...(note !== undefined && { note }) }];
}

function shorten(message: string | undefined): string | undefined {
  return message?.replaceAll(/\s+/g, " ").slice(0, 200);
}

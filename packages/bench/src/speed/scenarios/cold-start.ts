import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { untilAnswering } from "../until-answering.ts";
import { DIRECT } from "../systems/direct.ts";
import { ONE_BACKEND, type Scenario } from "./scenario.ts";

export const COLD_START: Scenario = {
  name: "cold-start",
  title: "cold start",
  does: "From starting the processes, with nothing kept from an earlier run, to the first answer; asked every 5 ms. Rollcall's time has the prober's first roll call in it.",
  columns: [{ key: "ms", title: "ms to first answer", digits: 0 }],
  site: ONE_BACKEND,
  rounds: 5,
  seconds: 1,
  part: "main",
  without: DIRECT,
  measure: async ({ site, kind }) => {
    const directory = mkdtempSync(path.join(site.directory, "cold-"));
    const begin = performance.now();
    const system = await kind.start({ ...site, directory });
    try {
      return { ms: (await untilAnswering(system)) - begin };
    } finally {
      await system.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

import type { Config, Snapshot } from "@rollcall/contract";
import type { Secrets, Settings } from "@rollcall/runtime";
import { buildTable, type Table } from "./routing/table.ts";
import { WireForms } from "./upstream/wire-forms.ts";

/** What one request goes by from its beginning to its end. Replaced whole when config, secrets or verdicts change. */
export interface View {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly generation: number;
  readonly table: Table;
  readonly wireForms: WireForms;
}

export function buildView({ config, secrets, generation }: Settings, snapshot: Snapshot | null): View {
  const table = buildTable(config, snapshot);
  return { config, secrets, generation, table, wireForms: new WireForms(secrets) };
}

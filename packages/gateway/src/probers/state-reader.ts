import { VERDICTS, type Clock, type Snapshot, type Verdict } from "@rollcall/contract";
import type { SettingsSource } from "@rollcall/runtime";
import {
  FailoverReader,
  FileSnapshotReader,
  HttpSnapshotReader,
  type SnapshotReader,
} from "@rollcall/snapshot";

export interface StateReaderOptions {
  readonly source: Pick<SettingsSource, "cell">;
  /** The snapshot's path, asked for only where it is followed: there may be no directory to write to. */
  readonly file: () => string;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
}

/** Follows the probers of the config where it names any, else the file. */
export function openStateReader({
  source,
  file,
  clock,
  random,
}: StateReaderOptions): SnapshotReader<Snapshot, Verdict> {
  const { probers } = source.cell.get().config.state;
  if (probers.length === 0) return new FileSnapshotReader(VERDICTS, file());
  const token = () => {
    const { config, secrets } = source.cell.get();
    return secrets.valuesOf(config.masterKeys)[0] ?? null;
  };
  const credential = { name: "master key", token };
  const readers = probers.map((origin) => {
    const url = new URL("/state", origin).href;
    return new HttpSnapshotReader({ kind: VERDICTS, url, credential, clock, random });
  });
  return new FailoverReader(readers, {
    clock,
    isSameConfig: ({ config }) => config === source.cell.get().config.checksum,
  });
}

import type { Clock } from "@rollcall/contract";
import type { SettingsSource } from "@rollcall/runtime";
import { FileSnapshotReader, FreshestReader, HttpSnapshotReader, type SnapshotReader } from "@rollcall/state";

export interface StateReaderOptions {
  readonly source: Pick<SettingsSource, "cell">;
  /** The snapshot's path, asked for only where it is followed: there may be no directory to write to. */
  readonly file: () => string;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
}

/** Follows the probers of the config where it names any, else the file. */
export function openStateReader({ source, file, clock, random }: StateReaderOptions): SnapshotReader {
  const { probers } = source.cell.get().config.state;
  if (probers.length === 0) return new FileSnapshotReader(file());
  // The key of now, so that a rotated one is used with the next connection.
  const key = () => {
    const { config, secrets } = source.cell.get();
    return secrets.value(config.masterKey);
  };
  const readers = probers.map((origin) => new HttpSnapshotReader({ origin, key, clock, random }));
  return new FreshestReader(readers, { clock, config: () => source.cell.get().config.checksum });
}

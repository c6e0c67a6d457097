import type { AccessRecord, Clock, KeySnapshot } from "@rollcall/contract";
import { lookAt, type ControlFiles, type SettingsSource } from "@rollcall/runtime";
import { HttpSnapshotReader, type SnapshotReader } from "@rollcall/snapshot";
import { compactKeys } from "./compact-key.ts";

export interface KeyReaderOptions {
  readonly source: Pick<SettingsSource, "cell">;
  readonly files: ControlFiles;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
}

/** Follows the key set of control over its unix socket. */
export function openKeyReader({
  source,
  files,
  clock,
  random,
}: KeyReaderOptions): SnapshotReader<KeySnapshot, AccessRecord> {
  return new HttpSnapshotReader({
    kind: compactKeys(),
    // The host is a name alone: the socket says where it is.
    url: "http://control/keys/state",
    socketPath: files.socket,
    credential: { name: "control token", token: () => controlToken(source, files) },
    clock,
    random,
  });
}

/** The config's, else the random one that control has left for us; read again at each connection. */
export function controlToken(source: Pick<SettingsSource, "cell">, files: ControlFiles): string | null {
  const { config, secrets } = source.cell.get();
  const { token } = config.control;
  const written = token === null ? null : secrets.value(token);
  return written ?? lookAt(files.token).text?.trim() ?? null;
}

import os from "node:os";
import type { Clock, Environment } from "@rollcall/contract";
import { connectOverSocket, LeasingHolder, systemTimers } from "@rollcall/ledger";
import { controlFiles, type SettingsSource } from "@rollcall/runtime";
import { ControlClient } from "../admin/control-client.ts";
import type { KeySources } from "../keys/key-access.ts";
import { controlToken, openKeyReader } from "../keys/open-key-reader.ts";
import type { WorkerSlot } from "../workers/worker-slot.ts";

export interface KeysOpening {
  readonly source: SettingsSource;
  readonly configFile: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** Null for the only process. */
  readonly slot: WorkerSlot | null;
}

/** What a process has open for virtual keys. */
export interface OpenKeys extends KeySources {
  readonly control: ControlClient;
  /** Gives leases back, and lets go of control. */
  close(): void;
}

/** Null where the config has no virtual keys: then nothing of them is made. */
export function openKeys({ source, configFile, env, clock, slot }: KeysOpening): OpenKeys | null {
  const { config } = source.cell.get();
  if (!config.keys.enabled) return null;
  const files = controlFiles(config, configFile, env);
  const control = new ControlClient(files.socket);
  const holder = new LeasingHolder({
    name: `${os.hostname()}/${process.pid}/${slot?.index ?? 0}`,
    clock,
    timers: systemTimers,
    expectedHolders: slot?.count ?? 1,
  });
  const disconnect = connectOverSocket(holder, {
    socketPath: files.socket,
    token: () => controlToken(source, files),
    timers: systemTimers,
    random: Math.random,
  });
  return {
    reader: openKeyReader({ source, files, clock, random: Math.random }),
    holder,
    control,
    close: () => {
      holder.close();
      disconnect();
      control.close();
    },
  };
}

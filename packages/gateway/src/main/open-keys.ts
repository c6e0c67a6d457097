import os from "node:os";
import type { Clock, Environment } from "@rollcall/contract";
import { connectOverSocket, LeasingHolder, reportGone, systemTimers } from "@rollcall/ledger";
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

/** Unique among the holders of a ledger: no process of a host has the id of another while both live. */
function holderName(pid: number): string {
  return `${os.hostname()}/${pid}`;
}

/** For the parent of workers: tells control that one of them has died, whose leases others then need not wait for. */
export function reporterOfDeaths({
  source,
  configFile,
  env,
}: Pick<KeysOpening, "source" | "configFile" | "env">): (pid: number) => void {
  const { config } = source.cell.get();
  if (!config.keys.enabled) return () => {};
  const files = controlFiles(config, configFile, env);
  const token = () => controlToken(source, files);
  return (pid) => reportGone(holderName(pid), { socketPath: files.socket, token });
}

/** Null where the config has no virtual keys: then nothing of them is made. */
export function openKeys({ source, configFile, env, clock, slot }: KeysOpening): OpenKeys | null {
  const { config } = source.cell.get();
  if (!config.keys.enabled) return null;
  const files = controlFiles(config, configFile, env);
  const control = new ControlClient(files.socket);
  const holder = new LeasingHolder({
    name: holderName(process.pid),
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

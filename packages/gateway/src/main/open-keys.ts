import os from "node:os";
import type { Clock, Environment } from "@rollcall/contract";
import {
  burstShareOf,
  connectInProcess,
  LeasingHolder,
  stayConnected,
  systemTimers,
  type AcceptsHolders,
} from "@rollcall/ledger";
import { controlFiles, type ControlFiles, type Log, type SettingsSource } from "@rollcall/runtime";
import { ControlClient } from "../admin/control-client.ts";
import type { KeySources } from "../keys/key-access.ts";
import { dialLedger } from "../keys/dial-ledger.ts";
import { openKeyReader } from "../keys/open-key-reader.ts";
import type { WorkerSlot } from "../workers/worker-slot.ts";

export interface KeysOpening {
  readonly source: SettingsSource;
  readonly configFile: string;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
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

/** Follows the ledger of this host, for as long as the answer is not called. */
function followLedger(
  { source, clock, log }: Pick<KeysOpening, "clock" | "log" | "source">,
  files: ControlFiles,
  up: (ledger: AcceptsHolders) => () => void,
): () => void {
  return stayConnected({
    dial: (signal) => dialLedger({ source, files }, signal),
    clock,
    timers: systemTimers,
    random: Math.random,
    up,
    lost: (fault) => log.info({ fault }, "ledger lost: limits go on by each worker's last share"),
  });
}

/** For the parent of workers: tells control that one of them has died, whose leases others then need not wait for. */
export function reporterOfDeaths(opening: Omit<KeysOpening, "slot">): (pid: number) => void {
  const { source, configFile, env } = opening;
  const { config } = source.cell.get();
  if (!config.keys.enabled) return () => {};
  let ledger: AcceptsHolders | null = null;
  followLedger(opening, controlFiles(config, configFile, env), (found) => {
    ledger = found;
    return () => (ledger = null);
  });
  return (pid) => {
    const end = ledger?.accept({ send: () => {}, close: () => {} });
    end?.received({ kind: "hello", holder: holderName(pid) });
    end?.received({ kind: "gone" });
    end?.disconnected();
  };
}

/** Null where the config has no virtual keys: then nothing of them is made. */
export function openKeys(opening: KeysOpening): OpenKeys | null {
  const { source, configFile, env, clock, slot } = opening;
  const { config } = source.cell.get();
  if (!config.keys.enabled) return null;
  const files = controlFiles(config, configFile, env);
  const control = new ControlClient(files.socket);
  const holder = new LeasingHolder({
    name: holderName(process.pid),
    clock,
    timers: systemTimers,
    expectedHolders: slot?.count ?? 1,
    burstShare: burstShareOf(config.keys),
  });
  const letGo = followLedger(opening, files, (ledger) => connectInProcess(ledger, holder));
  return {
    reader: openKeyReader({ source, files, clock, random: Math.random }),
    holder,
    control,
    close: () => {
      holder.close();
      // Behind its last words.
      setImmediate(letGo);
      control.close();
    },
  };
}

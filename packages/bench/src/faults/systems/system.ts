import type { Peer } from "../../peers/peer.ts";
import type { Bed } from "../bed.ts";

/** A gateway or proxy that is running in front of a bed's replicas. */
export interface RunningSystem {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** What its clients send. */
  readonly headers: Readonly<Record<string, string>>;
  /** What it can say at this moment about backends that are out, in a few words; empty when nothing. */
  reasons(): Promise<readonly string[]>;
  stop(): Promise<void>;
  readonly can: Abilities;
}

export interface Abilities {
  /** Sends backends this key from now on, without a restart. */
  readonly useKey?: (key: string) => Promise<void>;
  /** Takes over a good config that differs from the one before. */
  readonly reload?: (revision: number) => Promise<void>;
  /** Is given a config that is wrong. */
  readonly breakConfig?: () => Promise<void>;
  /** SIGTERM to what serves clients; resolves with its exit code once it is gone. */
  readonly terminate?: () => Promise<number | string>;
  /** Starts again what was terminated. */
  readonly restart?: () => Promise<void>;
  readonly killProber?: () => Promise<void>;
  readonly startProber?: () => Promise<void>;
  readonly tearSnapshot?: () => Promise<void>;
}

/** One column of the wall. */
export interface SystemKind extends Peer {
  /** Requests a second that it is asked to bear here. */
  readonly perSecond: number;
  /** One line about how it is set up, for readers of the table. */
  readonly setup: string;
  /** What its running instances can; rows that need more are left out for it. */
  readonly abilities: readonly (keyof Abilities)[];
  start(bed: Bed): Promise<RunningSystem>;
}

/** Limits that all systems are given where they have such a setting: to the first byte, and between two bytes. */
export const FIRST_BYTE_SECONDS = 2;
export const IDLE_SECONDS = 2;
/** How often those that probe do so. */
export const PROBE_SECONDS = 1;

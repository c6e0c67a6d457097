import type { Snapshot } from "@rollcall/contract";

/** The prober's end of the channel. */
export interface SnapshotWriter {
  /** Resolves once readers can see it. Rejects where it could not be written; the snapshot before it stays. */
  write(snapshot: Snapshot): Promise<void>;
  close(): Promise<void>;
}

export interface SnapshotListener {
  /** A snapshot newer than the last one. */
  onSnapshot(snapshot: Snapshot): void;
  /** Something that is no snapshot: torn, truncated, of another version, unreadable. The last good one still holds. */
  onFault(fault: string): void;
}

/** The gateway's end of the channel. */
export interface SnapshotReader {
  /** Delivers what is there now before it resolves, then whatever comes. */
  start(listener: SnapshotListener): Promise<void>;
  close(): Promise<void>;
}

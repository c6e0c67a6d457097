import type { SnapshotChange, SnapshotHeader } from "@rollcall/contract";

/** The end of the channel that one daemon writes to. */
export interface SnapshotWriter<Whole extends SnapshotHeader, Item> {
  /**
   * Resolves once readers can see it. Rejects where it could not be written; what was there before stays. `change` is what
   * differs from an earlier one that was written; without it, everything may. The snapshot must not change afterwards.
   */
  write(snapshot: Whole, change?: SnapshotChange<Item> | null): Promise<void>;
  close(): Promise<void>;
}

export interface SnapshotListener<Whole extends SnapshotHeader, Item> {
  /** It keeps the records itself: a snapshot that comes with a change has none, and none are kept for it. */
  readonly keepsRecords?: true;
  /**
   * A snapshot newer than the last one. `change` is what differs from that one, by which a reader's own tables can follow
   * at a cost in proportion; null where everything may.
   */
  onSnapshot(snapshot: Whole, change: SnapshotChange<Item> | null): void;
  /** Something that cannot be used: torn, truncated, of another version, unreadable. What was delivered before holds. */
  onFault(fault: string): void;
}

/** The end of the channel that the others read from. */
export interface SnapshotReader<Whole extends SnapshotHeader, Item> {
  /** Delivers what is there now before it resolves, then whatever comes. */
  start(listener: SnapshotListener<Whole, Item>): Promise<void>;
  close(): Promise<void>;
}

import type { Snapshot, SnapshotChange, Verdict } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { SnapshotWriter } from "@rollcall/snapshot";

/** Keeps the snapshots that it is given; fails while it is told to. */
export class SnapshotRecorder implements SnapshotWriter<Snapshot, Verdict> {
  readonly snapshots: Snapshot[] = [];
  readonly changes: (SnapshotChange<Verdict> | null)[] = [];
  failing = false;
  closed = false;

  async write(snapshot: Snapshot, change: SnapshotChange<Verdict> | null = null): Promise<void> {
    if (this.failing) throw Object.assign(new Error("no space at /secret/place"), { code: "ENOSPC" });
    this.snapshots.push(structuredClone(snapshot));
    this.changes.push(structuredClone(change));
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  get last(): Snapshot {
    const last = this.snapshots.at(-1);
    if (last === undefined) throw new Error("no snapshot was written");
    return last;
  }

  /** The reasons of the last one, by alias. */
  reasons(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.last.verdicts.map(({ alias, reason }) => [alias, reason]));
  }
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps the log lines that it is given. */
export class LogRecorder {
  readonly lines: LogLine[] = [];

  get log(): Log {
    const write =
      (level: string) =>
      (...[first, second]: readonly unknown[]): void => {
        const message = typeof first === "string" ? first : String(second);
        this.lines.push({
          level,
          message,
          fields: (typeof first === "object" ? first : {}) as LogLine["fields"],
        });
      };
    return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  }

  of(level: string): readonly LogLine[] {
    return this.lines.filter((line) => line.level === level);
  }
}

import { isSameLook, wasReplaced, type FileLook } from "./file-look.ts";

/** A file that changed in place may be half written: it counts once it has stayed the same for so long. */
const SETTLE_MS = 200;

export type FileLooks = ReadonlyMap<string, FileLook>;

interface Followed {
  readonly look: FileLook;
  /** Null once it was found whole: to be touched without a change makes no difference then. */
  readonly settlesAt: number | null;
}

/** Tells files that are whole from those that somebody may be writing. Times are monotonic milliseconds. */
export class Settling {
  readonly #files = new Map<string, Followed>();

  /** Notes what was seen and answers how long to wait before it may be taken; 0: now. What was announced is whole. */
  note(looks: FileLooks, { now, announced }: { readonly now: number; readonly announced: boolean }): number {
    let waitMs = 0;
    for (const [path, look] of looks) {
      const settlesAt = announced ? null : settling(look, this.#files.get(path), now);
      this.#files.set(path, { look, settlesAt });
      waitMs = Math.max(waitMs, (settlesAt ?? now) - now);
    }
    return waitMs;
  }
}

/** When a file has settled, as far as can be told; null: it has. */
function settling(look: FileLook, before: Followed | undefined, now: number): number | null {
  if (before === undefined) return now + SETTLE_MS;
  const { look: last, settlesAt } = before;
  if (!isSameLook(last, look)) return wasReplaced(last, look) ? null : now + SETTLE_MS;
  if (settlesAt === null) return null;
  // Between two looks at the same text it may have been another one.
  if (look.writtenAt !== last.writtenAt) return now + SETTLE_MS;
  return settlesAt <= now ? null : settlesAt;
}

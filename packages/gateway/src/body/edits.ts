/** Other bytes in place of [start, end) of a request body; empty ones leave it out, an empty place puts them in. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** No edits, as for almost all requests beside that of the name. */
export const NO_EDITS: readonly Edit[] = [];

/** A place in a body. */
interface Place {
  readonly start: number;
  readonly end: number;
}

const NOTHING = Buffer.alloc(0);

/** Leaves some members of an object or elements of an array out, each with one comma. `all`: every one, in order. */
export function leaveOut<T extends Place>(all: readonly T[], isOut: (one: T) => boolean): readonly Edit[] {
  let isAnyKept = false;
  return all.flatMap((one, index) => {
    if (!isOut(one)) {
      isAnyKept = true;
      return [];
    }
    const start = isAnyKept ? (all[index - 1]?.end ?? one.start) : one.start;
    const end = isAnyKept ? one.end : (all[index + 1]?.start ?? one.end);
    return [{ start, end, bytes: NOTHING }];
  });
}

/** The body with one edit: in pieces, every other byte as it was. */
export function applyEdit(body: Buffer, { start, end, bytes }: Edit): readonly Buffer[] {
  return [body.subarray(0, start), bytes, body.subarray(end)];
}

/** The same with several, none of which may overlap another. Of two at one place the first given comes first. */
export function applyEdits(body: Buffer, edits: readonly Edit[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, bytes } of edits.toSorted((a, b) => a.start - b.start)) {
    pieces.push(body.subarray(at, start), bytes);
    at = end;
  }
  pieces.push(body.subarray(at));
  return pieces;
}

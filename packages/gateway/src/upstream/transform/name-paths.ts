import type { KeyPath } from "@rollcall/contract";

/** One object on the way to a name, by its keys. */
export interface PathNode {
  /** A string here is a model's name. */
  readonly isName: boolean;
  readonly children: readonly PathStep[];
}

export interface PathStep {
  /** As it stands between its quotes. A key spelled with needless escapes is not recognised: no server writes one. */
  readonly key: Buffer;
  readonly node: PathNode;
}

/** Where names stand, compiled once for each endpoint. */
export interface NamePaths {
  readonly root: PathNode;
  /** The last key of every path, in its quotes, which cannot stand in a string: bytes with none of these hold no name. */
  readonly marks: readonly Buffer[];
}

/** Where the first key stands that may be a name's, from `at` on; -1 where there is none. */
export function findMark(marks: readonly Buffer[], bytes: Buffer, at: number): number {
  let first = -1;
  for (const mark of marks) {
    const found = bytes.indexOf(mark, at);
    if (found !== -1 && (first === -1 || found < first)) first = found;
  }
  return first;
}

/** Behind the last key that may be a name's; -1 where there is none. */
export function endOfLastMark(marks: readonly Buffer[], bytes: Buffer): number {
  let last = -1;
  for (const mark of marks) {
    const found = bytes.lastIndexOf(mark);
    if (found !== -1) last = Math.max(last, found + mark.length);
  }
  return last;
}

export function compileNamePaths(paths: readonly KeyPath[]): NamePaths {
  const last = new Set(paths.flatMap((path) => path.slice(-1)));
  return { root: compileNode(paths), marks: Array.from(last, (key) => Buffer.from(JSON.stringify(key))) };
}

function compileNode(paths: readonly KeyPath[]): PathNode {
  const first = new Set(paths.flatMap((path) => path.slice(0, 1)));
  return {
    isName: paths.some((path) => path.length === 0),
    children: Array.from(first, (key) => ({
      key: Buffer.from(JSON.stringify(key).slice(1, -1)),
      node: compileNode(paths.filter((path) => path[0] === key).map((path) => path.slice(1))),
    })),
  };
}

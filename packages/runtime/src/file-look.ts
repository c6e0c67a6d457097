import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { readStandardInput, STANDARD_INPUT } from "./standard-input.ts";

/** What stood at a path at one moment. */
export interface FileLook {
  /** Null where it could not be read. */
  readonly text: string | null;
  /** Why it could not be, in words. */
  readonly problem: string | null;
  /** Which file that was: the path with all links followed; device, inode and birth, since inodes are used again. */
  readonly target: string;
  readonly inode: string;
  /** Last write, in nanoseconds since the epoch: told apart, never compared with a clock. */
  readonly writtenAt: bigint;
  /** It was given its place after its last write, as a rename does: so it was whole when it came. */
  readonly wasMoved: boolean;
}

/** Text and identity are of one and the same file, whatever is renamed meanwhile. `-` is standard input. */
export function lookAt(path: string): FileLook {
  if (path === STANDARD_INPUT) return lookAtInput();
  let descriptor: number | null = null;
  try {
    const target = realpathSync(path);
    // A FIFO would hold us up until somebody writes to it.
    descriptor = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(descriptor, { bigint: true });
    if (found.isFIFO()) throw Object.assign(new Error("a FIFO"), { code: "FIFO" });
    const { birthtimeNs, dev, ino, ctimeNs, mtimeNs } = found;
    const text = readFileSync(descriptor, "utf8");
    return {
      text,
      problem: null,
      target,
      inode: `${dev}:${ino}:${birthtimeNs}`,
      writtenAt: mtimeNs,
      wasMoved: ctimeNs > mtimeNs,
    };
  } catch (error) {
    return {
      text: null,
      problem: printFileError(error),
      target: "",
      inode: "",
      writtenAt: 0n,
      wasMoved: false,
    };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Never another text: what came once by a pipe cannot change. */
function lookAtInput(): FileLook {
  const place = { target: STANDARD_INPUT, inode: "", writtenAt: 0n, wasMoved: false };
  try {
    return { ...place, text: readStandardInput(), problem: null };
  } catch (error) {
    return { ...place, text: null, problem: printFileError(error) };
  }
}

export function isSameLook(one: FileLook, other: FileLook): boolean {
  return one.text === other.text && one.problem === other.problem;
}

/** Another whole file in the place of the first: renamed into it, or reached by a link that was turned. */
export function wasReplaced(before: FileLook, now: FileLook): boolean {
  if (before.text === null || now.text === null) return false;
  // An editor may also write a new file under the old name, bit by bit: that one was not moved.
  return now.target !== before.target || (now.inode !== before.inode && now.wasMoved);
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  FIFO: "it is a pipe, not a file",
  EACCES: "permission denied",
};

/** A file system error in words. */
export function printFileError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return WORDS[code ?? ""] ?? code ?? "unreadable";
}

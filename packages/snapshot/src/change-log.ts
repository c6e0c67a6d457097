import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { positionOf, printPosition } from "./position.ts";

/** Where the changes since the base are appended: beside it. */
export function changeLogOf(file: string): string {
  return `${file}.changes`;
}

/** The first line of a log. It names the base it goes on from, by which a log that was begun anew is told from one that grew. */
export function printOpening<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  base: Whole,
): string {
  return `${JSON.stringify({ version: kind.version, base: printPosition(positionOf(kind, base)) })}\n`;
}

/** Longer than any opening. */
export const MAX_OPENING_BYTES = 4_096;

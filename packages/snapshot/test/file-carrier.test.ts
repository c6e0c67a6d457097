import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { FileSnapshotReader, FileSnapshotWriter } from "../src/index.ts";
import { describeCarrier, describeSpoilableCarrier, type SpoilableCarrier } from "./carrier-suite.ts";
import { temporaryDirectory } from "./temporary.ts";

/** A file in a directory that is not there yet, as when both daemons are started for the first time. */
async function open<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
): Promise<SpoilableCarrier<Whole, Item>> {
  const { directory, remove } = temporaryDirectory();
  const file = path.join(directory, "run", "rollcall", "state.json");
  return {
    writer: () => new FileSnapshotWriter(kind, file),
    reader: () => new FileSnapshotReader(kind, file),
    put: async (text) => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(`${file}.put`, text);
      await rename(`${file}.put`, file);
    },
    remove: () => rm(file),
    close: async () => remove(),
  };
}

describeCarrier("the file carrier", open);
describeSpoilableCarrier("the file carrier", open);

export { FileSnapshotReader } from "./file-reader.ts";
export { FileSnapshotWriter } from "./file-writer.ts";
export { isNewer } from "./newer.ts";
export type { SnapshotListener, SnapshotReader, SnapshotWriter } from "./ports.ts";

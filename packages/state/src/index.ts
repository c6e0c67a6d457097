export { EverySnapshotWriter } from "./every-writer.ts";
export { FileSnapshotReader } from "./file-reader.ts";
export { FileSnapshotWriter } from "./file-writer.ts";
export { FreshestReader } from "./freshest-reader.ts";
export { HttpSnapshotReader, type HttpReaderOptions } from "./http-reader.ts";
export { HttpSnapshotWriter, type HttpWriterOptions } from "./http-writer.ts";
export { isNewer } from "./newer.ts";
export type { SnapshotListener, SnapshotReader, SnapshotWriter } from "./ports.ts";

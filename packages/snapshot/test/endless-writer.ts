import { once } from "node:events";
import { flushCompileCache, registerHooks } from "node:module";
import type { Snapshot, Verdict } from "@rollcall/contract";
import type { SnapshotWriter } from "../src/ports.ts";

const contract = new URL("contract-parts.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@rollcall/contract" ? { url: contract, shortCircuit: true } : next(specifier, context),
});
const { snapshotOf } = await import("./samples.ts");
const { VERDICTS } = await import("@rollcall/contract");
const { changeBetween } = await import("../src/changes.ts");

// Writes one snapshot after the other, as fast as it can, until it is killed: to a file, or to whoever asks on a port.
const [target = "", startedAt = ""] = process.argv.slice(2);
const run = { instance: `prober-${process.pid}`, startedAt: Number(startedAt) };
const writer = /^\d+$/.test(target) ? await listening(Number(target)) : await fileWriter(target);
// Whoever is killed has no other time to keep what was compiled for the next.
flushCompileCache();
for (let sequence = 1; ; sequence += 1) {
  const [before, snapshot] = [snapshotOf(sequence - 1, run), snapshotOf(sequence, run)];
  // Each fourth is a whole, so that a kill may come in one.
  await writer.write(snapshot, sequence % 4 === 1 ? null : changeBetween(VERDICTS, before, snapshot));
  if (sequence === 1) process.stdout.write("writing\n");
  // Readers are answered between two writes.
  await new Promise((resolve) => setImmediate(resolve));
}

async function fileWriter(file: string): Promise<SnapshotWriter<Snapshot, Verdict>> {
  const { FileSnapshotWriter } = await import("../src/file-writer.ts");
  return new FileSnapshotWriter(VERDICTS, file);
}

async function listening(port: number): Promise<SnapshotWriter<Snapshot, Verdict>> {
  const { createServer } = await import("node:http");
  const { HttpSnapshotWriter } = await import("../src/http-writer.ts");
  const { realClock } = await import("./real-clock.ts");
  const http = new HttpSnapshotWriter({ kind: VERDICTS, clock: realClock, refusal: () => null });
  const server = createServer((request, response) => http.answer(request, response)).listen(
    port,
    "127.0.0.1",
  );
  await once(server, "listening");
  return http;
}

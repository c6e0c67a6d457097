import { once } from "node:events";
import { flushCompileCache, registerHooks } from "node:module";
import type { SnapshotWriter } from "../src/ports.ts";

// Only what printing a snapshot needs: hundreds of these are started, and the whole contract takes its time.
const contract = new URL("../../contract/src/snapshot.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@rollcall/contract" ? { url: contract, shortCircuit: true } : next(specifier, context),
});
const { snapshotOf } = await import("./snapshots.ts");

// Writes one snapshot after the other, as fast as it can, until it is killed: to a file, or to whoever asks on a port.
const [target = "", startedAt = ""] = process.argv.slice(2);
const prober = { instance: `prober-${process.pid}`, startedAt: Number(startedAt) };
const writer = /^\d+$/.test(target) ? await listening(Number(target)) : await fileWriter(target);
// Whoever is killed has no other time to keep what was compiled for the next.
flushCompileCache();
for (let sequence = 1; ; sequence += 1) {
  await writer.write(snapshotOf(sequence, prober));
  if (sequence === 1) process.stdout.write("writing\n");
  // Readers are answered between two writes.
  await new Promise((resolve) => setImmediate(resolve));
}

async function fileWriter(file: string): Promise<SnapshotWriter> {
  const { FileSnapshotWriter } = await import("../src/file-writer.ts");
  return new FileSnapshotWriter(file);
}

async function listening(port: number): Promise<SnapshotWriter> {
  const { createServer } = await import("node:http");
  const { HttpSnapshotWriter } = await import("../src/http-writer.ts");
  const { realClock } = await import("./real-clock.ts");
  const http = new HttpSnapshotWriter({ clock: realClock });
  const server = createServer((request, response) => http.answer(request, response)).listen(
    port,
    "127.0.0.1",
  );
  await once(server, "listening");
  return http;
}

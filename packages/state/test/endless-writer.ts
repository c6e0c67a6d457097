import { flushCompileCache, registerHooks } from "node:module";

// Only what printing a snapshot needs: hundreds of these are started, and the whole contract takes its time.
const contract = new URL("../../contract/src/snapshot.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@rollcall/contract" ? { url: contract, shortCircuit: true } : next(specifier, context),
});
const { FileSnapshotWriter } = await import("../src/file-writer.ts");
const { snapshotOf } = await import("./snapshots.ts");
// Whoever is killed has no other time to keep what was compiled for the next.
flushCompileCache();

// Writes one snapshot after the other, as fast as it can, until it is killed.
const [file = "", startedAt = ""] = process.argv.slice(2);
const prober = { instance: `prober ${process.pid}`, startedAt: Number(startedAt) };
const writer = new FileSnapshotWriter(file);
for (let sequence = 1; ; sequence += 1) {
  await writer.write(snapshotOf(sequence, prober));
  if (sequence === 1) process.stdout.write("writing\n");
}

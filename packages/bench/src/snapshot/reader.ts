import { VERDICTS } from "@rollcall/contract";
import { FileSnapshotReader, HttpSnapshotReader } from "@rollcall/snapshot";
import { benchClock } from "./clock.ts";

// A gateway's end of a carrier, in a process of its own: tells its parent when each snapshot came, and ends with it.
const [target = ""] = process.argv.slice(2);
const reader = target.startsWith("http:")
  ? new HttpSnapshotReader({
      kind: VERDICTS,
      url: target,
      credential: { name: "master key", token: () => null },
      clock: benchClock,
      random: Math.random,
    })
  : new FileSnapshotReader(VERDICTS, target);
process.once("disconnect", () => process.exit());
await reader.start({
  onSnapshot: ({ sequence }) => process.send?.({ sequence, at: performance.timeOrigin + performance.now() }),
  onFault: (fault) => process.send?.({ fault }),
});

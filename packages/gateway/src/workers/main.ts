import { boundHeap, StartError } from "@rollcall/runtime";
import { startGateway } from "../daemon.ts";
import { ParentLink } from "./parent-link.ts";

/** One of several gateway processes that share a port: started, and ended, by their parent alone. */
boundHeap();
const parent = new ParentLink();
const { index, count, ...options } = await parent.options;
process.title = `rollcall gateway worker ${index + 1}`;
try {
  const seat = { index, count, scrape: () => parent.scrape() };
  const running = await startGateway({ ...options, env: process.env }, seat);
  parent.readCounts = () => running.readCounts();
  await parent.send({ kind: "listening", port: running.port });
  if ((await parent.stopped) === "orphaned") running.log.warn("parent process is gone; stopping");
  process.exit(await running.stop());
} catch (fault) {
  if (!(fault instanceof StartError)) throw fault;
  await parent.send({ kind: "refused", message: fault.message, exitCode: fault.exitCode });
  process.exit(fault.exitCode);
}

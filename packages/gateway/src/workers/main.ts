import { boundHeap, StartError } from "@rollcall/runtime";
import { startGateway } from "../daemon.ts";
import { ParentLink } from "./parent-link.ts";

/** One of several gateway processes that share a port: started, and ended, by their parent alone. */
boundHeap();
const parent = new ParentLink();
const { index, count, ...options } = await parent.options;
try {
  const slot = { index, count, scrape: () => parent.scrape() };
  const running = await startGateway({ ...options, env: process.env }, slot);
  parent.readCounts = () => running.readCounts();
  await parent.send({ kind: "listening", port: running.port });
  if ((await parent.stopped) === "orphaned") running.log.warn("the parent is gone: gateway stops");
  process.exit(await running.stop());
} catch (fault) {
  if (!(fault instanceof StartError)) throw fault;
  await parent.send({ kind: "refused", message: fault.message, exitCode: fault.exitCode });
  process.exit(fault.exitCode);
}

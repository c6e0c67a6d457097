import { fileURLToPath } from "node:url";
import { Child } from "../../peers/child.ts";

/** What the process that plays the backends is told. */
export interface BackendOptions {
  /** On how many ports it listens; each is a backend of its own to a gateway. */
  readonly ports: number;
  /** How many models each of them lists. */
  readonly names: number;
  /** Of each stream. */
  readonly eventsPerSecond: number;
}

export interface Backend {
  readonly pid: number;
  /** http://127.0.0.1:PORT, one a port. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(import.meta.resolve("./main.ts"));
const LISTENING = /^listening on ([\d,]+)\n/;

export async function startBackend(options: BackendOptions): Promise<Backend> {
  const child = new Child(process.execPath, [MAIN, JSON.stringify(options)]);
  await child.sees(LISTENING);
  const ports = LISTENING.exec(child.output)?.[1]?.split(",") ?? [];
  return {
    pid: child.pid,
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    stop: async () => void (await child.stop("SIGKILL")),
  };
}

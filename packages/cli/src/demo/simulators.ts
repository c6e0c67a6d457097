import { spawn, type ChildProcess } from "node:child_process";
import { entryPoint, StartError } from "@rollcall/runtime";

const MAIN = entryPoint("simulator", () => import.meta.resolve("@rollcall/simulator/main"));

export interface RunningSimulator {
  readonly name: string;
  readonly url: string;
  readonly controlUrl: string;
}

/** Simulated vLLM servers, each a process of its own on a port of its own. */
export class Simulators {
  readonly #children: ChildProcess[] = [];

  /** Starts one and resolves once it has its port: one that loads has it long before it listens. */
  async start(name: string, args: readonly string[]): Promise<RunningSimulator> {
    const child = spawn(process.execPath, [MAIN, "--port", "0", "--control-port", "0", ...args], {
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#children.push(child);
    const addresses = await untilListening(child);
    if (addresses === null) throw new StartError(`the simulated backend ${name} did not start`);
    return { name, ...addresses };
  }

  stop(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }
}

type Addresses = Pick<RunningSimulator, "url" | "controlUrl">;

/** What it says over its channel once it has its ports; null where it ends before. */
function untilListening(child: ChildProcess): Promise<Addresses | null> {
  return new Promise((resolve) => {
    child.once("message", (message) => {
      const { url, controlUrl } = message as Addresses;
      resolve({ url, controlUrl });
    });
    child.once("exit", () => resolve(null));
    child.once("error", () => resolve(null));
  });
}

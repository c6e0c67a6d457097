import { spawn } from "node:child_process";
import { EXIT, LEAVE, passingSockets } from "@rollcall/runtime";

export interface MainProcessOptions {
  /** Script and arguments for this same Node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Descriptors of listening sockets, which the child gets. */
  readonly sockets: readonly number[];
}

/** SIGABRT is how systemd ends what does not feed its watchdog any more. */
const PASSED_ON = ["SIGABRT", "SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * The main process of a unit whose socket systemd keeps: the daemon itself is its child. So it can end at once, which is what
 * a restart waits for, and leave the daemon running until the next one takes over (SIGUSR2). Resolves with the exit code.
 */
export function runMainProcess({ args, env, sockets }: MainProcessOptions): Promise<number> {
  process.title = "rollcall gateway main";
  const child = spawn(process.execPath, [...args], {
    // systemd names us as the one that it watches.
    env: { ...passingSockets(env, sockets.length), WATCHDOG_PID: undefined },
    stdio: ["ignore", "inherit", "inherit", ...sockets, "ipc"],
  });
  for (const signal of PASSED_ON) process.on(signal, () => void child.kill(signal));
  return new Promise((resolve) => {
    process.on("SIGUSR2", () => child.send(LEAVE, () => resolve(EXIT.ok)));
    child.once("error", () => resolve(EXIT.failed));
    child.once("exit", (code, signal) => {
      if (signal === null) {
        resolve(code ?? EXIT.failed);
        return;
      }
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

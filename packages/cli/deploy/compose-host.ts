import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { eventually } from "../test/harness.ts";
import { Scratch } from "./bare-machine.ts";

const run = promisify(execFile);
const ENTER = fileURLToPath(new URL("enter-service.sh", import.meta.url));

/** What is used of a service. */
export interface ComposeService {
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
}

export interface RunningService {
  /** Of a process group of its own, as a terminal starts it. */
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly said: () => string;
}

/**
 * A network and processes of their own, on which services of a compose file run without an engine: each with its mounts,
 * on a root that cannot be written where it says so.
 */
export class ComposeHost {
  readonly #scratch = new Scratch();
  readonly #directory: string;
  #init: ChildProcess | null = null;
  #pid = 0;

  /** @param directory - where the compose file is, from which its paths are written */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param hosts - names and their loopback addresses */
  async start(hosts: Readonly<Record<string, string>>): Promise<void> {
    const scratch = this.#scratch.directory;
    const inside = [
      `mount -t tmpfs tmpfs ${scratch}`,
      `mkdir ${scratch}/volumes`,
      ...Object.entries({ localhost: "127.0.0.1", ...hosts }).map(
        ([name, address]) => `echo ${address} ${name} >> ${scratch}/hosts`,
      ),
      // curl's too.
      `mount --bind ${scratch}/hosts /etc/hosts`,
      "ip link set lo up",
      "echo up",
      "exec sleep infinity",
    ];
    const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    this.#init = spawn("unshare", [...namespaces, "sh", "-ec", inside.join("\n")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(this.#init.stdout as NodeJS.ReadableStream, "data");
    const { stdout } = await run("pgrep", ["--parent", String(this.#init.pid)]);
    this.#pid = Number(stdout);
  }

  /** Starts it with this command, as the container's entrypoint and command together are. */
  service(
    name: string,
    { volumes = [], read_only = false }: ComposeService,
    command: readonly string[],
  ): RunningService {
    const scratch = this.#scratch.path(name);
    const mounts = volumes.map((volume) => this.#mount(volume));
    const enter = [
      "sh",
      ENTER,
      scratch,
      read_only ? "ro" : "rw",
      ...mounts,
      `${this.#scratch.path("hosts")}:/etc/hosts`,
    ];
    const child = spawn("nsenter", [...this.#namespaces, "unshare", "--mount", ...enter, "--", ...command], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    return { child, said: () => said };
  }

  /** `source:target` with the source where it is here: a path beside the file, or a volume by its name. */
  #mount(volume: string): string {
    const [source = "", target = ""] = volume.split(":");
    if (source.startsWith(".")) return `${path.resolve(this.#directory, source)}:${target}`;
    const directory = this.#scratch.path("volumes", source);
    mkdirSync(path.join(`/proc/${this.#pid}/root`, directory), { recursive: true });
    return `${directory}:${target}`;
  }

  get #namespaces(): readonly string[] {
    return ["--target", String(this.#pid), "--mount", "--net", "--pid"];
  }

  /** Runs curl on the network; resolves with what it prints, null where it fails. */
  async curl(args: readonly string[]): Promise<string | null> {
    const asked = run("nsenter", [...this.#namespaces, "curl", "-sf", "--max-time", "20", ...args], {
      maxBuffer: 1e8,
    });
    return asked.then(
      ({ stdout }) => stdout,
      () => null,
    );
  }

  async stop(): Promise<void> {
    if (this.#init !== null && this.#init.exitCode === null) {
      const ended = once(this.#init, "exit");
      this.#init.kill("SIGKILL");
      await ended;
    }
    await eventually(() => {
      this.#scratch.remove();
      return true;
    });
  }
}

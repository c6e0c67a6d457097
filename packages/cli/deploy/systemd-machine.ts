import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { eventually } from "../test/harness.ts";
import { bareMachine, CERTIFICATES, missingTools, Scratch } from "./bare-machine.ts";

const run = promisify(execFile);
const BOOT = fileURLToPath(new URL("boot-systemd.sh", import.meta.url));

/** Where a control group below the one of this process is made, if systemd can have one here. */
const CGROUPS = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

const PACKAGES = ["systemd", "systemd-sysv", "dbus", "curl", "procps"];
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** `host`: this machine's network, for what fetches from a registry; loopback of the machine's own else. */
  readonly network?: "host";
  readonly timeoutMs?: number;
}

/** What is missing on this machine for another to be booted; empty where all is there. */
export function missingForSystemd(): readonly string[] {
  const missing = missingTools(["debootstrap", "unshare", "nsenter"]);
  return cgroupRoot() === undefined ? [...missing, "cgroup2"] : missing;
}

function cgroupRoot(): string | undefined {
  return CGROUPS.find((directory) => {
    try {
      return readdirSync(directory).includes("cgroup.procs");
    } catch {
      return false;
    }
  });
}

/**
 * Debian with systemd as its process 1, in namespaces of its own: processes, mounts, network (loopback alone), host name.
 * It has Node, npm and curl. `stop()` ends all that runs in it and leaves nothing.
 *
 *     const machine = await SystemdMachine.boot();
 *     await machine.sh("systemctl is-active dbus");
 */
export class SystemdMachine {
  readonly #outer: ChildProcess;
  readonly #scratch: Scratch;
  readonly #cgroup: string;
  /** Of its systemd, as this machine counts. */
  readonly pid: number;

  private constructor({ outer, scratch, cgroup, pid }: Booted) {
    this.#outer = outer;
    this.#scratch = scratch;
    this.#cgroup = cgroup;
    this.pid = pid;
  }

  /** Throws with what systemd said where it does not come up. */
  static async boot(): Promise<SystemdMachine> {
    const lower = await bareMachine({ name: "systemd", packages: PACKAGES });
    const scratch = new Scratch();
    const cgroup = path.join(cgroupRoot() ?? "", path.basename(scratch.directory));
    mkdirSync(cgroup);
    const enter = `echo $$ > ${cgroup}/cgroup.procs; exec unshare "$@"`;
    const namespaces = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child"];
    const booting = ["bash", BOOT, lower, scratch.directory];
    const outer = spawn("sh", ["-c", enter, "boot", ...namespaces, ...booting], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [outer.stdout, outer.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    try {
      const pid = await eventually(() => childOf(outer.pid), 30_000);
      const machine = new SystemdMachine({ outer, scratch, cgroup, pid });
      await eventually(async () => /^(running|degraded)/.test(await machine.#state()), 120_000);
      return machine;
    } catch (error) {
      outer.kill("SIGKILL");
      throw new Error(said, { cause: error });
    }
  }

  async #state(): Promise<string> {
    return (await this.run("systemctl is-system-running")).out;
  }

  /** A path of the machine, as this one sees it. */
  path(name: string): string {
    return path.join(`/proc/${this.pid}/root`, name);
  }

  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(this.path(path.dirname(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode });
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Runs a script with bash as root, to its end. Never throws for what it says. */
  async run(script: string, { network, timeoutMs = 120_000 }: RunOptions = {}): Promise<Said> {
    const [program = "", ...args] = this.#inside(["bash", "-c", script], network);
    try {
      const { stdout, stderr } = await run(program, args, { timeout: timeoutMs, maxBuffer: 1e8 });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
      return { code: typeof code === "number" ? code : -1, out: stdout, err: stderr };
    }
  }

  /** As `run`, for what must succeed: resolves with what it prints, throws with all that it said. */
  async sh(script: string, options?: RunOptions): Promise<string> {
    const { code, out, err } = await this.run(script, options);
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${out}\n${err}`);
    return out;
  }

  /** Starts a program of this machine on the network of that one. End it before `stop`. */
  spawnBeside(program: string, args: readonly string[]): ChildProcess {
    return spawn("nsenter", ["--target", String(this.pid), "--net", program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  #inside(command: readonly string[], network?: "host"): readonly string[] {
    const target = [
      "nsenter",
      "--target",
      String(this.pid),
      "--mount",
      "--uts",
      "--ipc",
      "--pid",
      "--cgroup",
    ];
    const net = network === "host" ? [] : ["--net"];
    const registries = network === "host" ? registryVariables() : [];
    // --root and --wd: what is entered is not the root of its mount namespace's first mount.
    return [
      ...target,
      ...net,
      "--root",
      "--wd",
      "env",
      "-i",
      `PATH=${PATH}`,
      "HOME=/root",
      ...registries,
      ...command,
    ];
  }

  async stop(): Promise<void> {
    const ended = once(this.#outer, "exit");
    this.#outer.kill("SIGKILL");
    await ended;
    await eventually(() => removeGroups(this.#cgroup), 30_000);
    this.#scratch.remove();
  }
}

interface Booted {
  readonly outer: ChildProcess;
  readonly scratch: Scratch;
  readonly cgroup: string;
  readonly pid: number;
}

/** How a registry is reached from here, with the certificates where the machine has them. */
function registryVariables(): readonly string[] {
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(https?|no|all)_proxy$|^npm_config_registry$/i.test(name),
  );
  return [`NODE_EXTRA_CA_CERTS=/${CERTIFICATES}`, ...passed.map(([name, value]) => `${name}=${value}`)];
}

async function childOf(pid: number | undefined): Promise<number | null> {
  const { stdout } = await run("pgrep", ["--parent", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout === "" ? null : Number(stdout.trim().split("\n")[0]);
}

/** From the leaves up. False where a process of it still ends. */
function removeGroups(directory: string): boolean {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true }))
      if (entry.isDirectory() && !removeGroups(path.join(directory, entry.name))) return false;
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

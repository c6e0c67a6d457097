import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../test/harness.ts";
import type { Container, HttpProbe, Pod } from "../test/manifests.ts";

interface PodOptions {
  readonly spec: Pod;
  /** Where its volumes are made. */
  readonly directory: string;
  /** The package, built; `rollcall` of the image. */
  readonly dist: string;
  /** What ConfigMap and Secret hold. */
  readonly config: string;
  readonly keys: Readonly<Record<string, string>>;
}

interface Identity {
  readonly runAsUser: number;
  readonly runAsGroup: number;
}

/** What the image sets. */
const IMAGE_ENV = { NODE_ENV: "production", STATE_DIRECTORY: "/var/lib/rollcall", PATH: "/usr/bin:/bin" };

/**
 * A pod as the kubelet would run it, without containers: each by its own arguments, as its own user, on a root that cannot
 * be written, with ConfigMap, Secret and state mounted as a volume with fsGroup is. Containers share their network with this
 * machine. Needs root.
 */
export class PodOnThisMachine {
  readonly #options: PodOptions;
  readonly #running: { readonly name: string; readonly child: ChildProcess }[] = [];
  /** What its containers logged. */
  log = "";

  constructor(options: PodOptions) {
    this.#options = options;
    const { directory, config, keys, spec } = options;
    const { fsGroup } = spec.securityContext as { fsGroup: number };
    for (const name of ["config", "keys", "state"]) {
      mkdirSync(path.join(directory, name), { recursive: true });
      chownSync(path.join(directory, name), 0, fsGroup);
      // As a volume's root is: its group's, whatever is made in it too.
      chmodSync(path.join(directory, name), 0o2775);
    }
    writeFileSync(path.join(directory, "config/config.yaml"), config, { mode: 0o644 });
    for (const [name, value] of Object.entries(keys)) {
      const file = path.join(directory, "keys", name);
      writeFileSync(file, value);
      chownSync(file, 0, fsGroup);
      chmodSync(file, 0o440);
    }
  }

  /** Sidecars one after the other, each once its startup probe says yes; then the others, until they are ready. */
  async start(): Promise<void> {
    const { initContainers = [], containers } = this.#options.spec;
    for (const container of [...initContainers, ...containers]) {
      this.#run(container);
      const probe = container.startupProbe ?? container.readinessProbe;
      if (probe !== undefined) await this.#untilYes(container, probe);
    }
  }

  /** The status of a probe of a container; 0 where nothing listens. */
  async ask(container: Container, { httpGet }: HttpProbe): Promise<number> {
    const port = container.ports.find(({ name }) => name === httpGet.port)?.containerPort;
    const answer = await fetch(`http://127.0.0.1:${port}${httpGet.path}`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  /** Containers first, then sidecars in the reverse order of their start. Resolves with exit codes by name. */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    const codes: Record<string, number | null> = {};
    for (const { name, child } of this.#running.splice(0).toReversed()) {
      if (child.exitCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        await ended;
      }
      codes[name] = child.exitCode;
    }
    return codes;
  }

  #run(container: Container): void {
    const { directory, dist, spec } = this.#options;
    const { runAsUser, runAsGroup } = { ...spec.securityContext, ...container.securityContext } as Identity;
    const volumes = {
      "/etc/rollcall": "config",
      "/run/secrets/rollcall": "keys",
      "/var/lib/rollcall": "state",
    };
    const mounts = container.volumeMounts.map(({ mountPath }) => {
      const volume = volumes[mountPath as keyof typeof volumes];
      return `mkdir -p ${mountPath}; mount --bind ${path.join(directory, volume)} ${mountPath}`;
    });
    const steps = [
      // Places for the mounts, on none of this machine's own directories.
      "mount -t tmpfs tmpfs /mnt; cp -a /etc/. /mnt/; mount --bind /mnt /etc",
      "mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib",
      ...mounts,
      "mount -o remount,bind,ro /",
      `exec setpriv --reuid ${runAsUser} --regid ${runAsGroup} --clear-groups --no-new-privs --bounding-set=-all ${process.execPath} ${dist}/bin/rollcall.js ${container.args.join(" ")}`,
    ];
    const child = spawn("unshare", ["--mount", "sh", "-ec", steps.join("\n")], { cwd: "/", env: IMAGE_ENV });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    this.#running.push({ name: container.name, child });
  }

  async #untilYes(container: Container, probe: HttpProbe): Promise<void> {
    await eventually(async () => (await this.ask(container, probe)) === 200, 30_000).catch(() => {
      throw new Error(`${container.name} does not answer ${probe.httpGet.path}:\n${this.log}`);
    });
  }
}

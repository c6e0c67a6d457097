import { renameSync, writeFileSync } from "node:fs";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  chat,
  eventually,
  failures,
  rollcall,
  SteadyLoad,
  temporary,
  up,
  whenReady,
  type RunningPair,
} from "./harness.ts";

describe("trap 3: a key or URL that was fixed goes on being used", () => {
  const files = temporary({});
  let pair: RunningPair;
  let keyless: Simulator;
  let rotating: Simulator;
  interface Options {
    apiKey?: string;
    numRetries?: number;
    masterKey?: string | null;
    rollcall?: string;
  }
  const writeConfig = ({
    apiKey = "",
    numRetries = 2,
    masterKey = "sk-test",
    rollcall: own = "{}",
  }: Options = {}) => {
    const text = `model_list:
  - model_name: keyless
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${keyless.url}"${apiKey === "" ? "" : `, api_key: ${apiKey}`}}
  - model_name: rotating
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${rotating.url}", api_key: file/key}
router_settings: {num_retries: ${numRetries}}
general_settings: {${masterKey === null ? "" : `master_key: ${masterKey}`}}
rollcall: ${own}
`;
    // As editors and ConfigMaps do it: another file in its place.
    writeFileSync(files.path("next.yaml"), text);
    renameSync(files.path("next.yaml"), files.path("config.yaml"));
  };

  beforeAll(async () => {
    keyless = await startSimulator();
    rotating = await startSimulator({ apiKeys: ["key-0"] });
    writeFileSync(files.path("key"), "key-0\n");
    writeConfig();
    pair = await up(files.path("config.yaml"));
    await whenReady(pair);
  });

  afterAll(async () => {
    await pair.command.stop();
    for (const backend of [keyless, rotating]) await backend.close();
    files.remove();
  });

  it("a keyless backend gets a key, the config is put right, and it answers within 2.5 seconds without a restart", async () => {
    expect((await chat(pair.gateway, { model: "keyless" })).status).toBe(200);
    keyless.control.setKeys(["new-key"]);
    expect(await chat(pair.gateway, { model: "keyless" })).toMatchObject({
      status: 503,
      reason: "wrong_key",
    });
    writeConfig({ apiKey: "new-key" });
    const fixed = Date.now();
    await eventually(async () => (await chat(pair.gateway, { model: "keyless" })).status === 200);
    const took = Date.now() - fixed;
    process.stdout.write(`answered ${took} ms after the config was put right\n`);
    expect(took).toBeLessThan(2_500);
    expect(keyless.seen.last("/v1/chat/completions")?.apiKey).toBe("new-key");
  });

  it("20 reloads and 20 key rotations under load lose no request", async () => {
    const load = new SteadyLoad({ gateway: pair.gateway, model: "rotating", perSecond: 50 });
    for (let turn = 1; turn <= 20; turn += 1) {
      // Both keys hold while the new one is handed out, as one rotates them without an outage.
      rotating.control.setKeys([`key-${turn - 1}`, `key-${turn}`]);
      writeFileSync(files.path("key"), `key-${turn}\n`);
      writeConfig({ apiKey: "new-key", numRetries: turn % 3 });
      const hasNew = (path: string) => rotating.seen.last(path)?.apiKey === `key-${turn}`;
      await eventually(() => hasNew("/v1/chat/completions") && hasNew("/v1/models"));
      rotating.control.setKeys([`key-${turn}`]);
    }
    const sent = await load.stop();
    process.stdout.write(
      `20 reloads and rotations under load: ${sent.length} requests, ${failures(sent).length} failed\n`,
    );
    expect(failures(sent)).toEqual([]);
    expect(rotating.seen.last("/v1/chat/completions")?.apiKey).toBe("key-20");
  }, 60_000);

  it("a bad config changes nothing, and says so at both daemons until it is good again", async () => {
    writeFileSync(files.path("config.yaml"), "model_list: 5\n");
    const verbose = async (url: string) => (await fetch(`${url}/readyz?verbose`)).text();
    await eventually(async () => (await verbose(pair.gateway)).includes("the config file has errors"));
    await eventually(async () => (await verbose(pair.prober)).includes("the config file has errors"));
    expect(await (await fetch(`${pair.gateway}/metrics`)).text()).toContain(
      "rollcall_gateway_config_fault 1\n",
    );
    expect((await chat(pair.gateway, { model: "keyless" })).status).toBe(200);
    expect(await (await fetch(`${pair.prober}/metrics`)).text()).toContain(
      "rollcall_prober_config_fault 1\n",
    );
    const status = (await (await fetch(`${pair.prober}/status`)).json()) as {
      prober: { configFault: string };
    };
    expect(status.prober.configFault).toContain("model_list: found 5, expected a list");
    const told = await rollcall(["status", "--prober-url", pair.prober, "--gateway-url", pair.gateway]);
    expect(told.err).toMatch(/^prober: \[!\] .* cannot be used:\n.*model_list: found 5, expected a list/);
    expect(told.out).toContain("gateway: [!] the config file has errors: the previous config is in use\n");
    writeConfig({ apiKey: "new-key" });
    await eventually(async () => !(await verbose(pair.gateway)).includes("the config file has errors"));
    expect((await chat(pair.gateway, { model: "keyless" })).status).toBe(200);
  });

  it("a config without the master key is refused by both daemons, and neither blames the other", async () => {
    const veto = "master key removed: needs a restart and rollcall.gateway.keyless: true";
    writeConfig({ apiKey: "other-key", masterKey: null });
    for (const url of [pair.gateway, pair.prober])
      await eventually(async () => (await (await fetch(`${url}/readyz?verbose`)).text()).includes(veto));
    const told = await rollcall(["status", "--prober-url", pair.prober, "--gateway-url", pair.gateway]);
    expect(told.out).toContain(`gateway: [!] ${veto}: the previous config is in use\n`);
    expect(told.err).toContain(veto);
    expect(told.out + told.err).not.toContain("different config");
    expect((await chat(pair.gateway, { model: "keyless" })).status).toBe(200);
    writeConfig({ apiKey: "new-key" });
    await eventually(
      async () => !(await (await fetch(`${pair.gateway}/readyz?verbose`)).text()).includes(veto),
    );
  });

  it("a setting that needs a restart is named by both daemons that it concerns", async () => {
    const status = async () =>
      (await rollcall(["status", "--prober-url", pair.prober, "--gateway-url", pair.gateway])).out;
    writeConfig({ apiKey: "new-key", rollcall: "{state: {file: other.json}, gateway: {workers: 2}}" });
    await eventually(async () =>
      /^prober: \[!\] settings need a restart: state\.file\n[^]*^gateway: \[!\] settings need a restart: gateway\.workers, state\.file\n/m.test(
        await status(),
      ),
    );
    writeConfig({ apiKey: "new-key" });
    await eventually(async () => !(await status()).includes("need a restart"));
    expect((await chat(pair.gateway, { model: "keyless" })).status).toBe(200);
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "@rollcall/testkit";
import {
  chat,
  eventually,
  failures,
  rollcall,
  RunningCommand,
  SteadyLoad,
  temporary,
  up,
  whenReady,
} from "./harness.ts";
import { OpenStream } from "./open-streams.ts";

const KEY = "sk-test";
const CHAT = "/v1/chat/completions";

/** Two backends of one alias, the first of which is to be drained. */
async function backends(): Promise<readonly [Simulator, Simulator]> {
  const started = [await startSimulator(), await startSimulator()] as const;
  onTestFinished(async () => {
    for (const one of started) await one.close();
  });
  for (const { control } of started) control.setSpeed({ tokensPerSecond: 40 });
  return started;
}

function configOf(simulators: readonly Simulator[], state = ""): string {
  const entries = simulators.map(
    ({ url }, index) => `  - model_name: chat
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${url}"}
    model_info: {id: chat-${index + 1}}
`,
  );
  return `model_list:
${entries.join("")}general_settings: {master_key: ${KEY}}
rollcall:
  prober: {interval: 1s}
${state}`;
}

interface Running {
  readonly gateway: string;
  /** What `drain` and `undrain` are told of where the probers are. */
  readonly flags: readonly string[];
  readonly probers: readonly string[];
}

/** All on one host: the snapshot is a file. */
async function byFile(simulators: readonly Simulator[]): Promise<Running> {
  const files = temporary({ "config.yaml": configOf(simulators) });
  const config = files.path("config.yaml");
  const pair = await up(config, { args: ["--workers", "2"] });
  onTestFinished(async () => {
    await pair.command.stop();
    files.remove();
  });
  await whenReady(pair);
  const { gateway, prober } = pair;
  return { gateway, flags: ["--config", config, "--prober-url", prober], probers: [prober] };
}

interface Hosts extends Running {
  /** Kills a prober; the result starts it again. */
  readonly kill: (index: number) => Promise<() => Promise<void>>;
}

/** A gateway and two probers, each with files of its own: the snapshot comes over HTTP. */
async function byHttp(simulators: readonly Simulator[]): Promise<Hosts> {
  const ports = [await freePort(), await freePort()];
  const probers = ports.map((port) => `http://127.0.0.1:${port}`);
  const files = temporary({});
  const text = configOf(simulators, `  state: {file: state.json, probers: ${JSON.stringify(probers)}}\n`);
  const fileFor = (host: string) => {
    mkdirSync(files.path(host), { recursive: true });
    writeFileSync(path.join(files.path(host), "config.yaml"), text);
    return path.join(files.path(host), "config.yaml");
  };
  const start = (index: number) =>
    new RunningCommand(["prober", "--config", fileFor(`prober-${index}`), "--port", String(ports[index])]);
  const running = new Map(ports.map((_, index) => [index, start(index)]));
  const gateway = new RunningCommand(
    ["gateway", "--config", fileFor("gateway")].concat("--port", "0", "--workers", "2"),
  );
  onTestFinished(async () => {
    // Where the test has failed there are streams that it would wait for.
    await Promise.all([gateway.stop("SIGKILL"), ...[...running.values()].map((one) => one.stop())]);
    files.remove();
  });
  const url = (await gateway.sees(/"address":"([^"]+)"/, 45_000))[1] ?? "";
  for (const prober of running.values()) await prober.sees(/prober listens/, 45_000);
  for (const prober of probers) await whenReady({ command: gateway, gateway: url, prober });
  return {
    gateway: url,
    flags: ["--config", fileFor("gateway")],
    probers,
    async kill(index) {
      await running.get(index)?.stop("SIGKILL");
      return async () => {
        const again = start(index);
        running.set(index, again);
        await again.sees(/prober listens/, 45_000);
      };
    },
  };
}

/** Requests of apps that a backend got from then on: the prober asks for endpoints by ones that are refused. */
function sentTo({ seen }: Simulator, from: number): number {
  const ofApps = seen.requests.filter(
    ({ path: asked, headers }) => asked === CHAT && headers["user-agent"] !== "rollcall-prober",
  );
  return ofApps.filter(({ at }) => at > from).length;
}

async function statusOf(prober: string) {
  const reply = await fetch(`${prober}/status`, { headers: { authorization: `Bearer ${KEY}` } });
  return (await reply.json()) as {
    deployments: readonly { deployment: string; drained?: { since: number; by: string; reason?: string } }[];
  };
}

describe.each([
  ["the file", byFile],
  ["HTTP", byHttp],
])("with two workers that hear by %s", (_carrier, start) => {
  it(
    "a drained deployment gets no request after a second, none fails, and streams go on",
    { timeout: 180_000 },
    async () => {
      const [drained, other] = await backends();
      const { gateway, flags, probers } = await start([drained, other]);
      const streams = Array.from(
        { length: 8 },
        () => new OpenStream(gateway, { model: "chat", max_tokens: 1_500 }),
      );
      await eventually(() => streams.every(({ hasBegun }) => hasBegun));
      expect(drained.seen.inFlight).toBeGreaterThan(0);
      const load = new SteadyLoad({ gateway, model: "chat", perSecond: 30 });
      await load.sends(30);

      const told = await rollcall(["drain", "chat-1", "--reason", "kernel update", ...flags]);
      const at = Date.now();
      expect(told).toMatchObject({ code: 0, err: "" });
      expect(told.out).toContain("chat-1 is drained: no new requests; running ones go on.\n");
      const before = other.seen.count(CHAT);
      await eventually(() => Date.now() > at + 2_500);
      expect(streams.some(({ endedAt }) => endedAt === 0)).toBe(true);
      expect(other.seen.count(CHAT)).toBeGreaterThan(before + 30);
      expect(sentTo(drained, at + 1_000)).toBe(0);

      const by = `${os.userInfo().username}@${os.hostname()}`;
      for (const prober of probers) {
        expect((await statusOf(prober)).deployments[0]?.drained).toMatchObject({
          by,
          reason: "kernel update",
          observed: "ok",
        });
        expect((await fetch(`${prober}/readyz?require=all`)).status).toBe(200);
        expect((await fetch(`${prober}/readyz/deployment/chat-1`)).status).toBe(503);
      }
      const status = await rollcall(["status", ...flags, "--prober-url", probers[0] ?? ""]);
      expect(status.code).toBe(0);
      expect(status.out).toContain(`(by ${by}: kernel update; probes find: ok)`);

      const undrained = Date.now();
      expect(await rollcall(["undrain", "chat-1", ...flags])).toMatchObject({ code: 0, err: "" });
      await eventually(() => sentTo(drained, undrained) > 0);
      const sent = await load.stop();
      expect(sent.length).toBeGreaterThan(100);
      expect(failures(sent)).toEqual([]);
      for (const { control } of [drained, other]) control.setSpeed({ tokensPerSecond: 0 });
      await Promise.all(streams.map(({ ended }) => ended));
      expect(streams.filter(({ isWhole }) => !isWhole)).toEqual([]);
    },
  );
});

describe("of several probers", () => {
  it(
    "one that was killed knows of it again, and one that is away is named",
    { timeout: 180_000 },
    async () => {
      const [drained, other] = await backends();
      const { gateway, flags, probers, kill } = await byHttp([drained, other]);
      const [first = "", second = ""] = probers;
      const startSecond = await kill(1);
      const partly = await rollcall(["drain", "chat-1", ...flags]);
      expect(partly.code).toBe(1);
      expect(partly.err).toContain(`rollcall: no prober answers at ${second}\n`);
      expect(partly.out).toContain("1 of 2 probers know of it.\n");
      await startSecond();
      expect((await statusOf(second)).deployments[0]?.drained).toBe(undefined);
      expect((await rollcall(["status", ...flags])).err).toBe(
        `rollcall: the prober at ${second} does not know that chat-1 is drained: run \`rollcall drain chat-1\` again\n`,
      );
      expect(await rollcall(["drain", "chat-1", ...flags])).toMatchObject({ code: 0, err: "" });
      const before = (await statusOf(first)).deployments[0]?.drained;

      const since = Date.now() + 1_000;
      const load = new SteadyLoad({ gateway, model: "chat", perSecond: 20 });
      for (const index of [0, 1]) {
        await load.sends(20);
        const again = await kill(index);
        await load.sends(20);
        await again();
        await load.sends(20);
      }
      const sent = await load.stop();
      expect(failures(sent)).toEqual([]);
      expect(sentTo(drained, since)).toBe(0);
      expect((await statusOf(first)).deployments[0]?.drained).toEqual(before);
      expect((await statusOf(second)).deployments[0]?.drained).toBeDefined();
    },
  );
});

describe("the command", () => {
  it("says what is meant, and apps are told when nothing is left", { timeout: 60_000 }, async () => {
    const { gateway, flags } = await byFile(await backends());
    expect(await rollcall(["drain", "chat-3", ...flags])).toMatchObject({
      code: 2,
      err: 'rollcall: no alias or deployment "chat-3" in the config: did you mean "chat-1"?\n',
    });
    const alias = await rollcall(["drain", "chat", ...flags]);
    expect(alias.code).toBe(1);
    expect(alias.err).toContain('"chat" is an alias: name one of its deployments (chat-1, chat-2), or all');
    const all = await rollcall(["drain", "chat", "--all", ...flags]);
    expect(all.code).toBe(0);
    expect(all.out).toContain('No deployment of "chat" is left: requests for it get 503.\n');
    const refusal = await eventually(async () => {
      const response = await fetch(`${gateway}${CHAT}`, {
        method: "POST",
        headers: { authorization: `Bearer ${KEY}` },
        body: '{"model":"chat","messages":[]}',
      });
      const text = await response.text();
      return response.status === 503 && { headers: response.headers, text };
    });
    expect(refusal.headers.get("x-should-retry")).toBe("false");
    expect(refusal.headers.get("x-rollcall-reason")).toBe("drained");
    expect(refusal.text).toContain("(chat-1: drained, chat-2: drained). Taken out of use by an operator");
    expect(refusal.text).not.toContain(os.hostname());
    const explained = await rollcall(["explain", "chat-1", ...flags]);
    expect(explained.out).toMatch(/Drained: +\d+ m?s ago \(.*Z\) by .*; probes find: ok\n/);
    const json = await rollcall(["undrain", "chat", "--all", "--json", ...flags]);
    expect(JSON.parse(json.out)).toMatchObject([
      {
        deployments: [
          { deployment: "chat-1", drained: null, reason: "ok" },
          { deployment: "chat-2", drained: null, reason: "ok" },
        ],
        unavailable: [],
        kept: true,
        error: null,
      },
    ]);
    await eventually(async () => (await chat(gateway, { model: "chat" })).status === 200);
  });
});

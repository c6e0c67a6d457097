import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { setTimeout as pass } from "node:timers/promises";
import { VERDICTS } from "@rollcall/contract";
import { systemClock } from "@rollcall/runtime";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { readConfig, snapshotOf, verdictOn } from "./deployments.ts";
import { gatewayFor, MASTER_KEY, simulator, type Gateway, type Said } from "./harness.ts";

const INTERVAL_MS = 500;

/** A prober as a gateway on another host knows it: it answers /state for the master key, and says what it is told to. */
class FakeProber {
  readonly name: string;
  readonly #writer = new HttpSnapshotWriter({
    kind: VERDICTS,
    clock: systemClock,
    refusal: ({ authorization }) => (authorization === `Bearer ${this.#key}` ? null : "not with this key"),
  });
  readonly #server: Server;
  #sequence = 0;
  #beating: NodeJS.Timeout | null = null;
  #config: object = {};
  #says: Readonly<Record<string, Said>> = {};
  readonly told: string[] = [];
  #key = MASTER_KEY;

  constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => {
      if (request.method === "POST") {
        this.told.push(request.url ?? "");
        response.end();
      } else {
        this.#writer.answer(request, response);
      }
    });
    onTestFinished(() => this.kill());
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Calls the roll of this config from now on. */
  start(config: object): void {
    this.#config = config;
    this.#beating = setInterval(() => void this.#publish(), INTERVAL_MS);
    void this.#publish();
  }

  say(says: Readonly<Record<string, Said>>): Promise<void> {
    this.#says = says;
    return this.#publish();
  }

  /** Answers to another key from now on, and lets go of those who came with the old one. */
  rotate(key: string): void {
    this.#key = key;
    this.#server.closeAllConnections();
  }

  /** Ends at once, as a process that is killed: what it said last stays said. */
  kill(): void {
    if (this.#beating !== null) clearInterval(this.#beating);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #publish(): Promise<void> {
    this.#sequence += 1;
    const now = Date.now();
    const config = readConfig(this.#config);
    const verdicts = config.deployments.map((deployment) => {
      const said = this.#says[deployment.id] ?? "ok";
      const { reason, ...facts } = typeof said === "string" ? { reason: said } : said;
      return verdictOn(deployment, reason, { observedAt: now, ...facts });
    });
    return this.#writer.write(
      snapshotOf(verdicts, {
        sequence: this.#sequence,
        writtenAt: now,
        intervalMs: INTERVAL_MS,
        prober: { instance: this.name, startedAt: 0 },
        config: config.checksum,
      }),
    );
  }
}

async function site() {
  const backend = await simulator();
  const probers = [new FakeProber("one"), new FakeProber("other")] as const;
  const origins = await Promise.all(probers.map((prober) => prober.listen()));
  const gateway = await gatewayFor(
    { chat: [backend] },
    { state: { probers: origins }, says: "nothing", gateway: { idle_timeout: "5s" } },
  );
  for (const prober of probers) prober.start(gateway.written);
  await readiness(gateway, "snapshot is fresh");
  return { backend, gateway, one: probers[0], other: probers[1] };
}

async function readiness(gateway: Gateway, words: string): Promise<void> {
  await vi.waitFor(async () => expect((await gateway.ask("/readyz?verbose")).text).toContain(words), {
    timeout: 5_000,
  });
}

describe("a gateway that follows probers over HTTP", () => {
  test("answers what it hears from them, and needs no state file", async () => {
    const { gateway, one, other } = await site();
    expect((await gateway.chat()).status).toBe(200);
    await Promise.all([one, other].map((prober) => prober.say({ "chat-1": "wrong_name" })));
    await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(503));
    await Promise.all([one, other].map((prober) => prober.say({})));
    await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(200));
  });

  // It follows one of the two: in one of these runs it is the one that is killed.
  test.each(["one", "other"] as const)(
    "loses no request and no freshness when prober %s is killed",
    async (victim) => {
      const { gateway, ...probers } = await site();
      probers[victim].kill();
      const statuses = new Set<number>();
      const stale = new Set<number>();
      const until = Date.now() + 8 * INTERVAL_MS;
      while (Date.now() < until) {
        statuses.add((await gateway.chat()).status);
        stale.add(await gateway.metric("snapshot_stale"));
        await pass(10);
      }
      expect([[...statuses], [...stale]]).toEqual([[200], [0]]);
      // What the survivor says now is what counts.
      await probers[victim === "one" ? "other" : "one"].say({ "chat-1": "engine_dead" });
      await vi.waitFor(async () =>
        expect((await gateway.chat()).headers["x-rollcall-reason"]).toBe("engine_dead"),
      );
    },
  );

  test("keeps the last verdicts when all are gone, and counts that as faults", async () => {
    const { gateway, one, other } = await site();
    one.kill();
    other.kill();
    await readiness(gateway, "snapshot is stale");
    expect((await gateway.chat()).status).toBe(200);
    // Once for each, not once for each try.
    expect(await gateway.metric("snapshot_faults_total")).toBe(2);
  });

  test("tells all of them what requests have shown", async () => {
    const { backend, gateway, one, other } = await site();
    backend.control.rename(["something-else"]);
    expect((await gateway.chat()).status).toBeGreaterThanOrEqual(500);
    await vi.waitFor(() => expect([one.told, other.told]).toEqual([["/probe/chat-1"], ["/probe/chat-1"]]));
  });

  test("asks them to look once where a stream has fallen silent, however long it stays so", async () => {
    const { backend, gateway, one, other } = await site();
    backend.control.fault("hang-mid-stream");
    const answer = gateway.chat({ stream: true });
    const look = "/probe/chat-1?cause=silence";
    await vi.waitFor(() => expect([one.told, other.told]).toEqual([[look], [look]]), { timeout: 4_000 });
    // It ends with idle_timeout.
    await answer;
    expect([one.told, other.told]).toEqual([[look], [look]]);
  }, 20_000);

  test("uses a master key that was rotated with its next connection", async () => {
    const { gateway, one, other } = await site();
    await gateway.writeConfig({ ...gateway.written, general_settings: { master_key: "sk-rotated" } });
    await vi.waitFor(async () => expect(await gateway.metric("config_generation")).toBe(2), {
      timeout: 5_000,
    });
    for (const prober of [one, other]) prober.rotate("sk-rotated");
    await Promise.all([one, other].map((prober) => prober.say({ "chat-1": "wrong_name" })));
    await vi.waitFor(async () => {
      const { status } = await gateway.chat({}, { authorization: "Bearer sk-rotated" });
      expect(status).toBe(503);
    });
    expect(await gateway.metric("snapshot_faults_total")).toBe(0);
  });
});

import { spawnSync } from "node:child_process";
import path from "node:path";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterEach, describe, expect, it } from "vitest";
import { eventually, RunningCommand, temporary } from "./harness.ts";
import { NotifySocket } from "./notify-socket.ts";

const missing = ["python3", "systemd-notify"].filter(
  (tool) => spawnSync(tool, ["--version"]).error !== undefined,
);
if (missing.length > 0) {
  process.stdout.write(`skipped, since ${missing.join(" and ")} is not on this machine: talk to systemd\n`);
}

/** Every message is a process of its own: where the machine has much else to do they take their time. */
const PATIENCE_MS = 40_000;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Unit {
  readonly socket: NotifySocket;
  readonly daemon: RunningCommand;
  readonly backend: Simulator;
}

interface UnitOptions {
  readonly socket?: (directory: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** Below `rollcall:`. */
  readonly settings?: string;
}

/** A daemon as a unit with `Type=notify` and a watchdog of two seconds starts it; `other` is never ready. */
async function unit(name: "prober" | "gateway", options: UnitOptions = {}): Promise<Unit> {
  const backend = await startSimulator();
  ends.push(() => backend.close());
  const files = temporary({
    "config.yaml": `model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-oss-120b, api_base: "${backend.url}"}}
  - {model_name: other, litellm_params: {model: openai/another, api_base: "${backend.url}"}}
rollcall: {${options.settings ?? ""}}
`,
  });
  ends.push(() => files.remove());
  const directory = path.dirname(files.path("config.yaml"));
  const socket = await NotifySocket.open(options.socket?.(directory) ?? path.join(directory, "notify"));
  ends.push(() => socket.close());
  const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "2000000", ...options.env };
  const daemon = new RunningCommand([name, "--config", files.path("config.yaml"), "--port", "0"], { env });
  ends.push(() => daemon.stop("SIGKILL"));
  return { socket, daemon, backend };
}

describe.skipIf(missing.length > 0)("under systemd", { timeout: 2 * PATIENCE_MS }, () => {
  it.each([
    ["a path", (directory: string) => path.join(directory, "notify")],
    ["an abstract name", () => `@rollcall-test-${process.pid}`],
  ])("the prober tells a socket with %s all of its life", async (_what, name) => {
    const { socket, daemon } = await unit("prober", { socket: name });
    await eventually(() => socket.count("READY=1") === 1, PATIENCE_MS);
    expect(socket.variables).toContain("STATUS=1 of 2 aliases ready; other: wrong_name");
    await eventually(() => socket.count("WATCHDOG=1") >= 3, PATIENCE_MS);
    expect(socket.count("READY=1")).toBe(1);

    daemon.child.kill("SIGHUP");
    await eventually(() => socket.count("READY=1") === 2, PATIENCE_MS);
    const reloading = socket.variables.indexOf("RELOADING=1");
    expect(socket.variables[reloading + 1]).toMatch(/^MONOTONIC_USEC=\d+$/);
    expect(reloading).toBeLessThan(socket.variables.lastIndexOf("READY=1"));

    const { code, out } = await daemon.stop();
    expect(code).toBe(0);
    expect(socket.count("STOPPING=1")).toBe(1);
    expect(out).not.toContain("systemd-notify");
  });

  it("the prober tells a changed fleet, and is not ready before it knows any", async () => {
    const { socket, backend } = await unit("prober");
    await eventually(() => socket.count("READY=1") === 1, PATIENCE_MS);
    const ready = socket.variables.indexOf("READY=1");
    expect(socket.variables.slice(0, ready)).not.toContain("STATUS=1 of 2 aliases ready; other: wrong_name");
    backend.control.rename(["another"]);
    await eventually(() => socket.count("STATUS=1 of 2 aliases ready; chat: wrong_name") === 1, PATIENCE_MS);
  });

  it("the gateway is ready when it listens, feeds the watchdog and says that it drains", async () => {
    const { socket, daemon } = await unit("gateway");
    await eventually(() => socket.count("READY=1") === 1, PATIENCE_MS);
    expect(daemon.out).toContain("gateway listens");
    expect(socket.variables.find((told) => told.startsWith("STATUS="))).toBe(
      "STATUS=0 of 2 aliases ready; chat: unknown; other: unknown; no snapshot from the prober yet",
    );
    await eventually(() => socket.count("WATCHDOG=1") >= 3, PATIENCE_MS);
    expect((await daemon.stop()).code).toBe(0);
    expect(socket.variables).toContain("STATUS=draining: 0 requests under way");
    expect(socket.count("STOPPING=1")).toBe(1);
  });

  it("of several gateway processes the first one speaks for all", async () => {
    const { socket, daemon } = await unit("gateway", { settings: "gateway: {workers: 2}" });
    await eventually(() => socket.count("READY=1") === 1, PATIENCE_MS);
    expect(socket.variables).toContain("STATUS=2 of 2 workers running");
    await eventually(() => socket.count("WATCHDOG=1") >= 3, PATIENCE_MS);
    expect((await daemon.stop()).code).toBe(0);
    expect([socket.count("READY=1"), socket.count("STOPPING=1")]).toEqual([1, 1]);
  });

  it("a watchdog for another process of the unit is not fed", async () => {
    const { socket, daemon } = await unit("prober", { env: { WATCHDOG_PID: "1" } });
    await eventually(() => socket.count("READY=1") === 1, PATIENCE_MS);
    expect((await daemon.stop()).code).toBe(0);
    expect(socket.count("STOPPING=1")).toBe(1);
    expect(socket.count("WATCHDOG=1")).toBe(0);
  });

  it("a machine without systemd-notify is told of in one line, and all else works", async () => {
    const { socket, daemon } = await unit("prober", { env: { PATH: "/nowhere" } });
    await daemon.sees(/systemd-notify is not installed/, PATIENCE_MS);
    const { code, out } = await daemon.stop();
    expect(code).toBe(0);
    expect(out.match(/systemd-notify/g)).toHaveLength(1);
    expect(socket.variables).toEqual([]);
  });
});

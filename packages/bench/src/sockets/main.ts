import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator } from "@rollcall/simulator";
import { WebSocket } from "ws";
import { freePort } from "@rollcall/testkit";
import { Child } from "../peers/child.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";
import { ROLLCALL_MAIN } from "../peers/rollcall.ts";
import { residentKiB } from "../speed/kernel/resident-memory.ts";

/** What a realtime connection costs while it is open and idle: `node src/sockets/main.ts [connections] [most KiB each]`. */
endOnSignal();

const [count, mostKiB] = [Number(process.argv[2] ?? "200"), Number(process.argv[3] ?? "64")];
const KEY = "sk-sockets";
const ALIAS = "voice";

/** Before it is measured, what the first ones load and compile is there. */
const WARM_UP = 20;

/** Garbage of the openings is collected; connections have been pinged once. */
const IDLE_MS = 45_000;

const backend = await startSimulator({ tasks: ["realtime"], servedNames: [ALIAS] });
const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-sockets-"));
try {
  process.exitCode = await measure();
} finally {
  await backend.close();
  rmSync(directory, { recursive: true });
}

async function measure(): Promise<number> {
  const ports = { gateway: await freePort(), prober: await freePort() };
  const config = path.join(directory, "config.yaml");
  writeFileSync(
    config,
    `model_list:\n  - model_name: ${ALIAS}\n    litellm_params: {model: openai/${ALIAS}, api_base: "${backend.url}"}\n` +
      `general_settings: {master_key: ${KEY}}\nrollcall: {state: {file: state.json}}\n`,
  );
  const run = (daemon: "gateway" | "prober") => {
    const address = ["--log-level", "error", "--port", String(ports[daemon])];
    return new Child(process.execPath, [ROLLCALL_MAIN, daemon, "--config", config, ...address]);
  };
  const [prober, gateway] = [run("prober"), run("gateway")];
  try {
    const url = `ws://127.0.0.1:${ports.gateway}/v1/realtime?model=${ALIAS}`;
    await open(url, WARM_UP);
    await sleep(IDLE_MS);
    const before = residentKiB([gateway.pid]);
    await open(url, count);
    const atOnce = residentKiB([gateway.pid]);
    await sleep(IDLE_MS);
    const after = residentKiB([gateway.pid]);
    const each = (after - before) / count;
    process.stdout.write(
      `${count} connections: ${before} KiB before, ${atOnce} KiB when opened, ${after} KiB idle; ${each.toFixed(1)} KiB each\n`,
    );
    return each <= mostKiB ? 0 : 1;
  } finally {
    await gateway.stop();
    await prober.stop();
  }
}

/** Opens so many, and keeps them; the first waits until the gateway serves. */
async function open(url: string, wanted: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (let opened = 0; opened < wanted;) {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${KEY}` } });
    const isOpen = await once(socket, "open").then(
      () => true,
      () => false,
    );
    // The gateway closes them when it ends.
    socket.on("error", () => {});
    if (isOpen) opened += 1;
    else if (performance.now() > deadline) throw new Error("the gateway does not serve");
    else await sleep(200);
  }
}

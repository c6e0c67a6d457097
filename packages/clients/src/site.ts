import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type SimulatorOptions, startSimulator, TASKS } from "@rollcall/simulator";
import { Program, until } from "@rollcall/testkit";
import { Tap } from "./tap.ts";

const ROLLCALL = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

export const CLIENT_KEY = "sk-client-5f2c";
export const BACKEND_KEY = "backend-7d1e";
/** What no client may ever see. */
export const UPSTREAM = "served-words-8b";

const START_MS = 60_000;

type Backend = "words" | "slow" | "silent" | "cut";

const BACKENDS: Readonly<Record<Backend, SimulatorOptions>> = {
  words: { answerTokens: 12 },
  // To be left in the middle of a stream.
  slow: { tokensPerSecond: 4 },
  // To be waited for in vain.
  silent: { firstTokenMs: 600_000 },
  cut: {},
};

interface Alias {
  readonly on: Backend;
  readonly mode?: string;
}

/** What the clients call. */
const ALIASES: Readonly<Record<string, Alias>> = {
  chat: { on: "words" },
  slow: { on: "slow" },
  silent: { on: "silent" },
  cut: { on: "cut" },
  embed: { on: "words", mode: "embedding" },
  "team/embed": { on: "words", mode: "embedding" },
  rerank: { on: "words", mode: "rerank" },
  whisper: { on: "words", mode: "audio_transcription" },
  tts: { on: "words", mode: "audio_speech" },
  image: { on: "words", mode: "image_generation" },
  realtime: { on: "words" },
};

const simulatorOf = async (backend: Backend) => {
  const simulator = await startSimulator({
    servedNames: [UPSTREAM],
    apiKeys: [BACKEND_KEY],
    tasks: [...TASKS],
    responsesStore: true,
    ...BACKENDS[backend],
  });
  if (backend === "cut") simulator.control.fault("cut-mid-stream", { after: 6 });
  return simulator;
};

type Simulators = Readonly<Record<Backend, Awaited<ReturnType<typeof simulatorOf>>>>;

/** Backends, prober and gateway as processes and sockets, and what is between them and the clients. */
export interface Site {
  /** Of the tap, without `/v1`. */
  readonly url: string;
  /** Answers `{ inFlight, cancelled }` of all backends. */
  readonly observer: string;
  readonly gateway: string;
  readonly tap: Tap;
  readonly simulators: Simulators;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const simulators: Simulators = {
    words: await simulatorOf("words"),
    slow: await simulatorOf("slow"),
    silent: await simulatorOf("silent"),
    cut: await simulatorOf("cut"),
  };
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-clients-"));
  const config = path.join(directory, "config.yaml");
  writeFileSync(config, JSON.stringify(configOf(simulators)));
  const flags = ["up", "--config", config, "--port", "0", "--prober-port", "0"];
  const up = new Program(process.execPath, [ROLLCALL, ...flags]);
  const gateway = await gatewayOf(up);
  await untilServing(gateway);
  const tap = new Tap(gateway);
  const observer = await observe(simulators);
  const close = async () => {
    await Promise.all([tap.close(), observer.close(), up.stop()]);
    await Promise.all(Object.values(simulators).map((simulator) => simulator.close()));
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: await tap.listen(), observer: observer.url, gateway, tap, simulators, close };
}

const LISTENS = /"service":"gateway","address":"([^"]+)"/;

async function gatewayOf(up: Program): Promise<string> {
  await until(() => LISTENS.test(up.out) || !up.lives, START_MS);
  const address = LISTENS.exec(up.out)?.[1];
  if (address === undefined) throw new Error(`the gateway does not start: ${up.out}${up.err}`);
  return address;
}

/** JSON is YAML. */
function configOf(simulators: Simulators): object {
  return {
    model_list: Object.entries(ALIASES).map(([model_name, { on, mode }]) => ({
      model_name,
      litellm_params: {
        model: `openai/${UPSTREAM}`,
        api_base: simulators[on].url,
        api_key: BACKEND_KEY,
      },
      ...(mode !== undefined && { model_info: { mode } }),
    })),
    general_settings: { master_key: CLIENT_KEY },
  };
}

async function untilServing(gateway: string): Promise<void> {
  await until(async () => {
    const response = await fetch(`${gateway}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "hi" }] }),
    });
    await response.text();
    return response.status === 200;
  }, START_MS);
}

/** Lets clients ask what became of their requests. */
async function observe(simulators: Simulators): Promise<{ url: string; close: () => Promise<unknown> }> {
  const sum = (what: "inFlight" | "cancelled") =>
    Object.values(simulators).reduce((total, { seen }) => total + seen[what], 0);
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ inFlight: sum("inFlight"), cancelled: sum("cancelled") }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

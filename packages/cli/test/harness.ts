import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const HOSTS = fileURLToPath(new URL("map-hosts.mjs", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** All that it finds on standard input; nothing where it is absent. */
  readonly input?: string;
  /** Node, its flags and the script, instead of this Node and the source. */
  readonly program?: readonly string[];
  /** As a terminal starts it: a process group of its own, and a signal is for all that are in it. */
  readonly isGroup?: boolean;
}

/** Runs one command line to its end, as a process of its own. */
export async function rollcall(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new RunningCommand(args, options).ended;
}

/** A `rollcall` process and what it prints. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Finished>;
  readonly lines: string[] = [];
  out = "";
  err = "";
  readonly #isGroup: boolean;

  constructor(
    args: readonly string[],
    { env = {}, cwd, input, program = [process.execPath, MAIN], isGroup = false }: RunOptions = {},
  ) {
    this.#isGroup = isGroup;
    const [node = "", ...script] = program;
    this.child = spawn(node, [...script, ...args], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: isGroup,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const { stdin, stdout, stderr } = this.child;
    stdin?.end(input);
    stdout?.on("data", (chunk: Buffer) => (this.out += chunk.toString("utf8")));
    stderr?.on("data", (chunk: Buffer) => (this.err += chunk.toString("utf8")));
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.lines.push(line));
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code) => resolve({ code, out: this.out, err: this.err }));
    });
  }

  /** Waits until its output matches, and hands the match on. */
  async sees(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    const match = await eventually(() => pattern.exec(this.out), timeoutMs).catch(() => null);
    if (match === null) throw new Error(`not seen: ${pattern}\n${this.out}\n${this.err}`);
    return match;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Finished> {
    if (this.#isGroup && this.child.pid !== undefined) process.kill(-this.child.pid, signal);
    else this.child.kill(signal);
    return this.ended;
  }
}

/** `rollcall up` with free ports and further flags, and where its daemons listen. */
export async function up(
  config: string,
  { args = [], ...options }: RunOptions & { readonly args?: readonly string[] } = {},
): Promise<RunningPair> {
  const command = new RunningCommand(
    ["up", "--config", config, "--port", "0", "--prober-port", "0", ...args],
    options,
  );
  const gateway = await command.sees(/"service":"gateway","address":"([^"]+)"/);
  const prober = await command.sees(/"service":"prober","address":"([^"]+)"/);
  return { command, gateway: gateway[1] ?? "", prober: prober[1] ?? "" };
}

export interface RunningPair {
  readonly command: RunningCommand;
  readonly gateway: string;
  readonly prober: string;
}

/** Waits until every alias can be called, and the gateway has heard of it. */
export async function whenReady({ gateway, prober }: RunningPair): Promise<void> {
  await eventually(async () => (await fetch(`${prober}/readyz`)).status === 200);
  await eventually(async () => {
    const text = await (await fetch(`${gateway}/readyz?verbose`)).text();
    return text.includes("snapshot is fresh") && !text.includes("unknown");
  });
}

/** Host names as /etc/hosts would map them, for the daemons alone. */
export function mapHosts(hosts: Readonly<Record<string, string>>): Record<string, string> {
  return { NODE_OPTIONS: `--import ${HOSTS}`, MAP_HOSTS: JSON.stringify(hosts) };
}

/** Why daemons did not start, as their lines on standard error say it. */
export function complaintsIn(err: string): readonly string[] {
  return err
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => (JSON.parse(line) as { complaints: string[] }).complaints);
}

/** A directory that is gone after the test, with files in it. */
export function temporary(files: Readonly<Record<string, string>>): {
  readonly path: (name: string) => string;
  remove(): void;
} {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-test-"));
  const at = (name: string) => path.join(directory, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  return { path: at, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Asks until there is an answer. */
export async function eventually<T>(
  ask: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms`);
    await sleep(20);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export interface Sent {
  readonly at: number;
  readonly status: number;
  readonly reason: string | null;
  readonly text: string;
}

export interface Load {
  readonly gateway: string;
  readonly model: string;
  readonly perSecond: number;
  readonly key?: string;
}

/** Constant-rate requests, half of them streams, until stopped. */
export class SteadyLoad {
  readonly #load: Load;
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly sent: Sent[] = [];
  #count = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#timer = setInterval(() => {
      const one = this.#send().finally(() => this.#running.delete(one));
      this.#running.add(one);
    }, 1_000 / load.perSecond);
  }

  /** Waits until so many more have been answered. */
  async sends(count: number): Promise<void> {
    const before = this.sent.length;
    await eventually(() => this.sent.length >= before + count, 30_000);
  }

  async stop(): Promise<readonly Sent[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    return this.sent;
  }

  async #send(): Promise<void> {
    this.#count += 1;
    const at = Date.now();
    try {
      const answer = await chat(
        this.#load.gateway,
        { model: this.#load.model, stream: this.#count % 2 === 0 },
        this.#load.key,
      );
      this.sent.push({ at, ...answer });
    } catch (fault) {
      this.sent.push({ at, status: 0, reason: null, text: String(fault) });
    }
  }
}

/** Anything but a whole, good answer. */
export function failures(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(
    ({ status, text }) =>
      status !== 200 || text.includes('"error"') || (text.startsWith("data:") && !text.includes("[DONE]")),
  );
}

export async function chat(gateway: string, body: object, key = "sk-test"): Promise<Omit<Sent, "at">> {
  const response = await fetch(`${gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "hello" }], max_tokens: 5, ...body }),
  });
  return {
    status: response.status,
    reason: response.headers.get("x-rollcall-reason"),
    text: await response.text(),
  };
}

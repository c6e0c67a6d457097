import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net, { type Socket } from "node:net";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { rawRequest, readAnswer, sendRaw } from "./raw.ts";

const MIB = 1024 * 1024;

const children: ChildProcess[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
});

async function bodyServer() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "run-body-server.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line.toString()), pid: child.pid ?? 0 };
}

/** The memory that a process really has: now, and the most it ever had where the system says so. In bytes. */
function memoryOf(pid: number): { now: number; most: number } {
  if (process.platform !== "linux") {
    const now = Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
    return { now, most: now };
  }
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  return { now: read("VmRSS"), most: read("VmHWM") };
}

function open(port: number): Socket {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

const CHUNKS = Buffer.from("1\r\nx\r\n".repeat(64 * 1024));

/** Sends so many bytes, each as an HTTP chunk of its own. The body of the answer. */
async function sendByteChunks(port: number, bytes: number): Promise<string> {
  const socket = open(port);
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  const closed = once(socket, "close");
  socket.write(rawRequest("POST / HTTP/1.1", { "transfer-encoding": "chunked" }));
  for (let sent = 0; sent < bytes; sent += 64 * 1024) if (!socket.write(CHUNKS)) await once(socket, "drain");
  socket.write("0\r\n\r\n");
  await closed;
  return readAnswer(text).body;
}

test("3 MiB in one-byte chunks cost at most twice their bytes, and what any work needs", async () => {
  const { port, pid } = await bodyServer();
  await sendByteChunks(port, MIB / 2);
  const before = memoryOf(pid).now;
  const begun = performance.now();
  const answer = await sendByteChunks(port, 3 * MIB);
  const { now, most } = memoryOf(pid);
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(
    `    ${((most - before) / MIB).toFixed(1)} MiB more at most, ${((now - before) / MIB).toFixed(1)} MiB afterwards, ${seconds.toFixed(1)} s\n`,
  );
  expect(answer).toContain(String(3 * MIB));
  expect(most - before).toBeLessThan(32 * MIB);
}, 120_000);

test("bodies that drip take nothing from others", async () => {
  const { port, pid } = await bodyServer();
  const before = memoryOf(pid).now;
  const head = rawRequest("POST / HTTP/1.1", { "content-length": String(32 * MIB) });
  const drips = Array.from({ length: 16 }, () => open(port));
  for (const drip of drips) drip.write(head);
  const timer = setInterval(() => {
    for (const drip of drips) drip.write("xx");
  }, 20);
  const post = (bytes: number) =>
    sendRaw(port, rawRequest("POST / HTTP/1.1", { "content-length": String(bytes) }, Buffer.alloc(bytes)));
  const upload = post(25_000_000);
  const small = Promise.all(Array.from({ length: 50 }, (_, index) => post(200 * (index + 1))));
  const statuses = [(await upload).status, ...(await small).map(({ status }) => status)];
  await new Promise((resolve) => {
    setTimeout(resolve, 1_000);
  });
  clearInterval(timer);
  expect(statuses).toEqual(Array.from({ length: 51 }, () => 200));
  expect(drips.every((drip) => !drip.destroyed && drip.bytesRead === 0)).toBe(true);
  expect(memoryOf(pid).most - before).toBeLessThan(80 * MIB);
});

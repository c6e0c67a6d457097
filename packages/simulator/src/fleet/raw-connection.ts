import type { Socket } from "node:net";
import type { FleetBackend } from "./fleet-backend.ts";
import { IDLE_PAGE } from "./idle-page.ts";
import { INVALID, NOT_FOUND, OK, printAnswer, type RawAnswer } from "./raw-answer.ts";
import { type RawRequest, takeRequest } from "./raw-request.ts";

/** Whom a path means, and the path below its prefix. */
export interface Found {
  readonly backend: FleetBackend;
  readonly path: string;
}

export interface Wiring {
  readonly now: () => number;
  /** A backend, an answer of the fleet's own, or nothing. */
  readonly find: (path: string) => Found | RawAnswer | undefined;
}

const GENERATES: ReadonlySet<string> = new Set(["/v1/chat/completions", "/v1/completions"]);

const LONGEST_HEAD = 16 * 1024;
const DRIP_MS = 200;
const JSON_TYPE = { "content-type": "application/json" };
const JUNK = Buffer.alloc(64 * 1024, "junk ");

/** Serves one connection below `node:http`, which would cost several times as much a request. */
export function serveRaw(socket: Socket, wiring: Wiring): void {
  let text = "";
  let busy = false;
  // A client that breaks off is nothing to be told.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (text.length > LONGEST_HEAD) socket.destroy();
    for (let taken = takeRequest(text); taken !== undefined && !busy; taken = takeRequest(text)) {
      text = taken.rest;
      busy = !answer(socket, taken.request, wiring);
    }
  });
}

/** False when no further request may be answered on this connection. */
function answer(socket: Socket, request: RawRequest, { now, find }: Wiring): boolean {
  const found = find(request.path);
  if (found !== undefined && "backend" in found)
    return serveBackend(socket, request, { ...found, now: now() });
  return finish(socket, request, printAnswer(found ?? NOT_FOUND, now()));
}

interface Asked extends Found {
  readonly now: number;
}

function serveBackend(socket: Socket, request: RawRequest, { backend, path, now }: Asked): boolean {
  backend.asked += 1;
  if (backend.state === "down") {
    socket.resetAndDestroy();
    return false;
  }
  if (backend.state === "hang") return false;
  if (request.method !== "GET")
    return finish(socket, request, printAnswer(GENERATES.has(path) ? INVALID : NOT_FOUND, now));
  if (path === "/health") return finish(socket, request, printAnswer({ status: OK }, now));
  if (path === "/metrics") {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    return finish(socket, request, printAnswer({ status: OK, headers, body: IDLE_PAGE }, now));
  }
  if (path !== "/v1/models") return finish(socket, request, printAnswer(NOT_FOUND, now));
  if (backend.state === "endless") return endless(socket);
  if (backend.state === "redirect") {
    const elsewhere = { status: "302 Found", headers: { location: "/login" } };
    return finish(socket, request, printAnswer(elsewhere, now));
  }
  const list = printAnswer({ status: OK, headers: JSON_TYPE, body: backend.modelsAt(now) }, now);
  return backend.state === "drip" ? drip(socket, list) : finish(socket, request, list);
}

function finish(socket: Socket, { last }: RawRequest, text: string): boolean {
  if (last) socket.end(text, "latin1");
  else socket.write(text, "latin1");
  return !last;
}

/** The head at once, the body byte by byte. */
function drip(socket: Socket, list: string): boolean {
  let sent = list.indexOf("\r\n\r\n") + 4;
  socket.write(list.slice(0, sent), "latin1");
  const timer = setInterval(() => {
    socket.write(list.charAt(sent), "latin1");
    sent += 1;
    if (sent === list.length) socket.end();
  }, DRIP_MS);
  socket.once("close", () => clearInterval(timer));
  return false;
}

function endless(socket: Socket): boolean {
  socket.write("HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-type: application/json\r\n\r\n");
  const pour = (): void => {
    // As much as the client reads, and a turn of the event loop for all others in between.
    if (!socket.destroyed && socket.write(JUNK)) setImmediate(pour);
  };
  socket.on("drain", () => setImmediate(pour));
  pour();
  return false;
}

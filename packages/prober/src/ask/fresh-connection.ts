import { connect as connectTls } from "node:tls";
import type { Clock } from "@rollcall/contract";
import type { TlsOptions } from "@rollcall/runtime";
import { Client, errors, type Dispatcher } from "undici";
import { PROBE_TIMEOUT } from "../read/failure.ts";
import type { HttpResponse, ProbeResponse } from "../read/probe-response.ts";
import { decodeBody } from "./decode-body.ts";
import type { Connection, Network, ProbeRequest } from "./network.ts";

/** Enough for the cards of some thousand adapters; more than that is no model list. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const MAX_HEADER_BYTES = 16 * 1024;

/** One probe's questions follow each other at once; a connection that waits longer is of no more use. */
const IDLE_MS = 4_000;

/**
 * The network. Every probe has a connection of its own: two servers can share one port (SO_REUSEPORT), and one that was
 * kept would show only one of them, while within one probe all answers come from one server. Redirects are not followed.
 * A timeout covers everything, a slow drip included.
 */
export function openNetwork(clock: Clock): Network {
  return {
    connect: (address, tls = {}) => new FreshConnection({ address, tls }, clock),
    speaksTls,
    wantsCertificate,
  };
}

/** Why a connection ends when its probe does: made once, since the trace of an error costs more than the probe. */
const OVER = new Error("the probe is over");

/** Aborts when the time is over or the given signal says so. Lighter than what AbortSignal offers, and far more often. */
class Deadline {
  over = false;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #abort = () => this.#controller.abort(OVER);

  constructor(ms: number, outer: AbortSignal) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.over = true;
      this.#abort();
    }, ms);
    if (outer.aborted) this.#abort();
    else outer.addEventListener("abort", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** undici hears no signal as long as it connects: a port that swallows the handshake would hold it for ever. */
  aborted(): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.signal.addEventListener("abort", () => reject(OVER), { once: true });
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }
}

class FreshConnection implements Connection {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor({ address, tls }: { address: string; tls: TlsOptions }, clock: Clock) {
    this.#clock = clock;
    this.#client = new Client(address, {
      connect: tls,
      // The questions have deadlines of their own.
      connectTimeout: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      pipelining: 1,
      allowH2: false,
    });
  }

  async ask({ path, headers, body, timeoutMs }: ProbeRequest, signal: AbortSignal): Promise<ProbeResponse> {
    const start = this.#clock.monotonic();
    const elapsed = () => this.#clock.monotonic() - start;
    const deadline = new Deadline(timeoutMs, signal);
    let isBegun = false;
    try {
      const asked = this.#client.request({
        path,
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...headers,
          accept: "application/json",
          // Silence would allow any.
          "accept-encoding": "identity",
          "user-agent": "rollcall-prober",
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        body: body ?? null,
        signal: deadline.signal,
      });
      const response = await Promise.race([asked, deadline.aborted()]);
      isBegun = true;
      const read = decoded(await readCapped(response.body), flatten(response.headers));
      return { kind: "response", status: response.statusCode, ...read, durationMs: elapsed() };
    } catch (fault) {
      const code = deadline.over ? PROBE_TIMEOUT : codeOf(fault);
      return { kind: "failure", code, ...(isBegun && { isCut: true as const }), durationMs: elapsed() };
    } finally {
      deadline.end();
    }
  }

  close(): void {
    void this.#client.destroy(OVER).catch(() => {});
  }
}

/** A handshake that comes to anything at all; whose certificate it is does not matter here. */
function speaksTls(origin: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, "");
    const socket = connectTls({
      host,
      port: Number(port || 80),
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (speaks: boolean) => () => {
      socket.destroy();
      resolve(speaks);
    };
    socket
      .once("secureConnect", end(true))
      .once("error", end(false))
      .once("timeout", end(false))
      .once("close", end(false));
  });
}

/** TLS 1.3 asks for a certificate after the handshake and then hangs up, often without a word; 1.2 says so within it. */
function wantsCertificate(origin: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connectTls({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || 443),
      rejectUnauthorized: false,
      maxVersion: "TLSv1.2",
      timeout: timeoutMs,
    });
    const end = (wants: boolean) => {
      socket.destroy();
      resolve(wants);
    };
    socket
      .once("secureConnect", () => end(false))
      .once("error", (fault) => end(/HANDSHAKE_FAILURE|CERTIFICATE/.test(codeOf(fault))))
      .once("timeout", () => end(false))
      .once("close", () => end(false));
  });
}

type Read = Pick<HttpResponse, "headers" | "body" | "truncated">;

/** What some proxy compressed is read all the same; the header stays where it could not be. */
function decoded(raw: Buffer | null, headers: HttpResponse["headers"]): Read {
  const { "content-encoding": coding, ...plain } = headers;
  if (raw === null) return { headers, body: "", truncated: true };
  if (coding === undefined || raw.length === 0)
    return { headers, body: raw.toString("utf8"), truncated: false };
  const body = decodeBody(raw, coding, MAX_BODY_BYTES);
  if (body === "too-long") return { headers, body: "", truncated: true };
  if (body === "unreadable") return { headers, body: raw.toString("utf8"), truncated: false };
  return { headers: plain, body: body.toString("utf8"), truncated: false };
}

/** Null: more than is read. */
async function readCapped(body: Dispatcher.ResponseData["body"]): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
  }
  // Most answers come in one piece, and thousands of them a second need not be copied.
  const [whole = Buffer.alloc(0)] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : whole;
}

function flatten(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

/** undici wraps what the socket said: the innermost code names the cause. Happy-eyeballs failures hold several. */
export function codeOf(fault: unknown): string {
  const error = fault as { code?: unknown; cause?: unknown; errors?: unknown } | null;
  if (Array.isArray(error?.errors) && error.errors.length > 0) return codeOf(error.errors.at(-1));
  if (error?.cause !== undefined) {
    const inner = codeOf(error.cause);
    if (inner !== "UNKNOWN") return inner;
  }
  // undici's parser does not always say what it stumbled over; that it did is enough.
  if (fault instanceof errors.HTTPParserError) return fault.code ?? "HPE_INVALID";
  return typeof error?.code === "string" ? error.code : "UNKNOWN";
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { FAULTS } from "../faults/catalogue.ts";
import { addressOf } from "../http/held-port.ts";
import { BodyTooLong, readBody } from "../http/read-body.ts";
import type { Simulator } from "../simulator.ts";
import { COMMANDS } from "./commands.ts";
import { Input, InputError } from "./input.ts";

export interface ControlServerOptions {
  /** Default "127.0.0.1". */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
}

/** A running control port. */
export interface ControlServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const LONGEST_BODY = 64 * 1024;

/** Makes every switch of a simulator reachable over HTTP: GET / shows them, POST /<switch> turns one. */
export async function startControlServer(
  simulator: Simulator,
  { host = "127.0.0.1", port = 0 }: ControlServerOptions = {},
): Promise<ControlServer> {
  const server = createServer((request, response) => void answer(simulator, request, response));
  server.listen(port, host);
  await once(server, "listening");
  const { port: actual } = addressOf(server);
  return {
    url: `http://${host}:${actual}`,
    port: actual,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await reply(simulator, request);
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(`${JSON.stringify(body, null, 2)}\n`);
}

async function reply(simulator: Simulator, request: IncomingMessage): Promise<Reply> {
  const path = request.url ?? "/";
  if (path === "/" && request.method === "GET") return { status: 200, body: everything(simulator) };
  const command = COMMANDS[path];
  const known = `GET / or POST ${Object.keys(COMMANDS).join(" ")}`;
  if (command === undefined) return { status: 404, body: { error: `${path}: expected ${known}` } };
  if (request.method !== "POST")
    return { status: 405, body: { error: `${path}: expected POST, found ${request.method}` } };
  try {
    const raw = await readBody(request, LONGEST_BODY);
    const input = new Input(raw?.toString() ?? "");
    const apply = command.read(input);
    input.done();
    await apply(simulator.control);
  } catch (error) {
    if (error instanceof InputError) return { status: 400, body: { error: error.message } };
    if (error instanceof BodyTooLong) return { status: 413, body: { error: error.message } };
    return { status: 500, body: { error: String(error) } };
  }
  return { status: 200, body: simulator.control.state() };
}

function everything({ url, control, seen }: Simulator): object {
  const { inFlight, completed, cancelled } = seen;
  return {
    url,
    ...control.state(),
    seen: { requests: seen.count(), inFlight, completed, cancelled },
    switches: Object.fromEntries(Object.entries(COMMANDS).map(([path, { body }]) => [`POST ${path}`, body])),
    faults: FAULTS,
  };
}

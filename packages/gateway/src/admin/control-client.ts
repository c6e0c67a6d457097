import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

/** One request on its way to control. */
export interface AdminRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface AdminAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Longer than any change takes. */
const TIMEOUT_MS = 30_000;

/** No answer of control's is longer. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const MOST_SOCKETS = 64;

/** Asks control over its unix socket. */
export class ControlClient {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Rejects where control does not answer, or not in time. */
  async ask({ method, target, headers, body }: AdminRequest): Promise<AdminAnswer> {
    const length = body === null ? {} : { "content-length": String(body.length) };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(
        {
          socketPath: this.#socketPath,
          agent: this.#agent,
          method,
          path: target,
          headers: { ...headers, ...length },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        },
        resolve,
      )
        .on("error", reject)
        .end(body ?? undefined);
    });
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
      pieces.push(piece);
    }
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(pieces) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

import type { IncomingMessage } from "node:http";
import { err, ok, type Result } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";

/** The whole body, at most `limit` bytes, kept so that it can be sent again. Rejects never; `aborted` when the client left. */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Result<Buffer, GatewayError>> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > limit) return Promise.resolve(err({ kind: "body_too_large", limit }));
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let settled = false;
    // Every request is closed in the end, and a promise that is resolved once more is told to the engine's embedder.
    const settle = (result: Result<Buffer, GatewayError>) => {
      if (settled) return;
      settled = true;
      resolve(result);
    };
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        chunks.length = 0;
        settle(err({ kind: "body_too_large", limit }));
        return;
      }
      chunks.push(chunk);
    });
    incoming.on("end", () =>
      settle(ok(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size))),
    );
    const cut = () => settle(err({ kind: "body_incomplete" }));
    incoming.on("error", cut);
    incoming.on("close", cut);
  });
}

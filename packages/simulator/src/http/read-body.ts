import type { IncomingMessage } from "node:http";

export class BodyTooLong extends Error {}

/** The whole body, or undefined when the client left before its end. */
export async function readBody(request: IncomingMessage, longest = Infinity): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > longest) throw new BodyTooLong(`the body is longer than ${longest} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BodyTooLong) throw error;
    return undefined;
  }
  return Buffer.concat(chunks);
}

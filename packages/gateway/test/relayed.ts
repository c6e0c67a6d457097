import type { Endpoint } from "@rollcall/contract";
import { compileMarks } from "../src/upstream/relay/answer-marks.ts";
import { renderErrorEvent } from "../src/errors/render.ts";
import type { Downstream } from "../src/upstream/relay/relay.ts";

/** The app's side of a relay, without a socket, and what came there. */
export function downstream(response: Endpoint["response"], contentType = "") {
  const written: Buffer[] = [];
  const write = (bytes: Buffer | string) => {
    written.push(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, "latin1"));
    return true;
  };
  const seen = { ended: false, destroyed: false, firstByte: false };
  const outgoing = {
    socket: null,
    // As for HTTP/1.0: without chunks around what is written.
    useChunkedEncodingByDefault: false,
    writeHead: () => {},
    write,
    end: (bytes?: Buffer | string) => {
      if (bytes !== undefined) write(bytes);
      seen.ended = true;
    },
    destroy: () => (seen.destroyed = true),
  };
  const marks = compileMarks({ dialect: "openai", response });
  const down: Downstream = {
    outgoing: outgoing as unknown as Downstream["outgoing"],
    status: 200,
    headers: { "content-type": contentType },
    alias: "chat",
    marks,
    usage: null,
    strip: null,
    gaps: null,
    eventTransforms: () => [],
    bodyTransforms: () => [],
    cutEvent: (failure) => {
      const { dialect, isNamed: named } = marks;
      return renderErrorEvent(failure, { dialect, named });
    },
    firstByte: () => (seen.firstByte = true),
    ended: () => {},
  };
  return { down, seen, bytes: () => Buffer.concat(written) };
}

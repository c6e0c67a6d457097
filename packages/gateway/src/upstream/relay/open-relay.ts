import { BodyRelay } from "./body-relay.ts";
import type { Downstream, ReadError, Relay } from "./relay.ts";
import { StreamRelay } from "./stream-relay.ts";
import { UnlabelledRelay } from "./unlabelled-relay.ts";

export interface RelayTerms {
  /** Did the app ask for a stream? */
  readonly stream: boolean;
  readonly readError: ReadError;
}

/** The relay for an answer, by its media type and what was asked for. */
export function openRelay(down: Downstream, { stream, readError }: RelayTerms): Relay {
  const type = mediaTypeOf(down.headers["content-type"]);
  if (type === "text/event-stream") return new StreamRelay(down, readError);
  return stream ? new UnlabelledRelay(down, { type, readError }) : new BodyRelay(down, readError);
}

/** Without parameters; media types have no case. */
function mediaTypeOf(header = ""): string {
  const [type = ""] = header.split(";", 1);
  return type.trim().toLowerCase();
}

import type { ServerResponse } from "node:http";
import type { CutCause } from "../errors/gateway-error.ts";

/** How an answer of one kind goes to the app. What it has not sent yet can still come from another deployment. */
export interface Relay {
  /** True once the app has had a byte: from then on nothing may be tried again. */
  readonly committed: boolean;
  /** Takes a piece; false: the app reads slower than the backend writes. */
  data(chunk: Buffer): boolean;
  /** Calls once the app has read what was held up. */
  onceDrained(listener: () => void): void;
  /** The backend's answer ended as it should. */
  end(): void;
  /** It was cut off after the first byte: says so, and invents no ending. */
  cut(cause: CutCause): void;
}

/** The app's side of an answer. */
export interface Downstream {
  readonly outgoing: ServerResponse;
  status: number;
  readonly headers: Record<string, string>;
  readonly alias: string;
  /** The first byte is on its way: for time to first token. */
  onCommit(): void;
}

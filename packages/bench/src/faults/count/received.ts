/** How the bytes of an answer ended: as HTTP says they should, cut off, or not at all within the client's patience. */
export type Ending = "whole" | "broken" | "silent";

/** What a client got for one request. */
export interface Received {
  readonly stream: boolean;
  /** Null: no status line came. */
  readonly status: number | null;
  readonly text: string;
  readonly ending: Ending;
}

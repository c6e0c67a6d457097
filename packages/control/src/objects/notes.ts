import type { Notes } from "@rollcall/store";
import { textsIn, type Body } from "../api/body.ts";

/** Metadata and tags after a request. What it leaves out stays; null empties. */
export function notesAfter({ metadata, tags }: Notes, body: Body): Notes {
  const sent = body["metadata"];
  return {
    metadata: sent === undefined ? metadata : ((sent ?? {}) as Notes["metadata"]),
    tags: textsIn(body, "tags") ?? tags,
  };
}

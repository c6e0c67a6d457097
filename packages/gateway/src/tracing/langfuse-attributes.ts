import type { IncomingHttpHeaders } from "node:http";
import { isRecord } from "@rollcall/contract";
import { readSpan, type Span, type Spans } from "../body/json-fields.ts";
import { skipSpace } from "../body/json-scan.ts";
import { membersNamed, namesOf, textAt } from "../body/json-walk.ts";
import type { Attributes } from "./finished-span.ts";

/** Langfuse's attributes of a trace, by the key that LiteLLM has for each: in `metadata`, or as a header behind `langfuse_`. */
const TEXTS: readonly (readonly [string, string])[] = [
  ["trace_name", "langfuse.trace.name"],
  ["trace_user_id", "langfuse.user.id"],
  ["session_id", "langfuse.session.id"],
  ["trace_version", "langfuse.version"],
];

const TAGS = "langfuse.trace.tags";

const USER = namesOf(["user"]);

/** An app's words, and not many of them. */
const LONGEST_TEXT = 200;
const MOST_TAGS = 50;

/** What is larger is not looked through for who sends it. */
const LARGEST_BODY = 1024 * 1024;
const LARGEST_METADATA = 16 * 1024;

export interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly spans: Spans;
}

/** What Langfuse groups traces by, as LiteLLM's clients say it. What is said last holds: `user`, `metadata`, headers. */
export function langfuseAttributes({ headers, body, spans }: Told): Attributes {
  const found: Attributes = {};
  const set = (attribute: string, value: unknown) => {
    if (typeof value === "string" && value !== "") found[attribute] = value.slice(0, LONGEST_TEXT);
  };
  const setTags = (value: unknown) => {
    const tags = textsOf(value);
    if (tags.length > 0) found[TAGS] = tags;
  };
  set("langfuse.user.id", body.length <= LARGEST_BODY ? userIn(body) : undefined);
  const metadata = readMetadata(body, spans.metadata);
  for (const [key, attribute] of TEXTS) set(attribute, metadata[key]);
  setTags(spans.tags === undefined ? undefined : readSpan(body, spans.tags));
  setTags(metadata["tags"]);
  for (const [key, attribute] of TEXTS) set(attribute, headers[`langfuse_${key}`]);
  const { langfuse_tags: tags } = headers;
  setTags(typeof tags === "string" ? tags.split(",") : undefined);
  return found;
}

function userIn(body: Buffer): string | undefined {
  const user = membersNamed(body, { start: skipSpace(body, 0) }, USER).at(-1);
  return user === undefined ? undefined : textAt(body, user.value);
}

function readMetadata(body: Buffer, span: Span | undefined): Readonly<Record<string, unknown>> {
  if (span === undefined || span.end - span.start > LARGEST_METADATA) return {};
  const metadata = readSpan(body, span);
  return isRecord(metadata) ? metadata : {};
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter((one): one is string => typeof one === "string" && one.trim() !== "");
  return texts.slice(0, MOST_TAGS).map((text) => text.trim().slice(0, LONGEST_TEXT));
}

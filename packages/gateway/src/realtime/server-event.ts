import { isRecord, realtime } from "@rollcall/contract";
import { ownWords, type Names } from "../upstream/backend-words.ts";
import { BodyNameRewriter } from "../upstream/transform/body-name-rewriter.ts";
import { compileNamePaths, findMark } from "../upstream/transform/name-paths.ts";

const NAMES = compileNamePaths(realtime.response.events?.model ?? []);

const ERROR = Buffer.from('"error"');
const CREATED = "session.created";

/** Errors and greetings are short; what is longer holds audio. */
const LONGEST_EVENT = 64 * 1024;

const NO_WORDS = "The server reported an error.";

/** Codes of vLLM's that are not about what the app sent. */
const SERVERS_FAULT: ReadonlySet<unknown> = new Set(["processing_error"]);

/** A backend's message for the app: the alias where a session has its model, errors in one shape and without its names. */
export function restateEvent(text: Buffer, names: Names): Buffer {
  const error = text.length <= LONGEST_EVENT && text.includes(ERROR) ? restateError(text, names) : null;
  if (error !== null) return error;
  if (findMark(NAMES.marks, text, 0) === -1) return text;
  const parts = new BodyNameRewriter(Buffer.from(JSON.stringify(names.alias)), NAMES).rewriteWhole(text);
  const [first = text, ...others] = parts;
  return others.length === 0 ? first : Buffer.concat(parts);
}

/** vLLM's greeting says nothing but that it is there; OpenAI's has the session. */
export function isBareGreeting(text: Buffer): boolean {
  const event = text.length <= LONGEST_EVENT ? parse(text) : null;
  return isRecord(event) && event["type"] === CREATED && !("session" in event);
}

/** Null where it is no error event, or one that can stay as it is. vLLM's is `{"type":"error","error":"text","code":…}`. */
function restateError(text: Buffer, names: Names): Buffer | null {
  const event = parse(text);
  if (!isRecord(event) || event["type"] !== "error") return null;
  const { error, code = null, ...others } = event;
  if (typeof error === "string") {
    const type = SERVERS_FAULT.has(code) ? "server_error" : "invalid_request_error";
    const restated = { message: ownWords(error, names) ?? NO_WORDS, type, param: null, code };
    return Buffer.from(JSON.stringify({ ...others, error: restated }));
  }
  if (!isRecord(error) || typeof error["message"] !== "string") return null;
  const message = ownWords(error["message"], names) ?? NO_WORDS;
  if (message === error["message"]) return null;
  return Buffer.from(JSON.stringify({ ...event, error: { ...error, message } }));
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch {
    return null;
  }
}

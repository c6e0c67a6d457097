import type { Endpoint, Kind } from "@rollcall/contract";
import { NO_EDITS, type Edit } from "../body/edits.ts";
import type { RequestFields } from "../body/json-fields.ts";
import { skipSpace } from "../body/json-scan.ts";
import { membersOf } from "../body/json-walk.ts";

/** Endpoints whose streams say what they used where they are asked to: with `stream_options`. */
const ASKED: ReadonlySet<string> = new Set(["chat_completions", "completions"]);

/**
 * Servers that know the option, and then say usage in an event of its own; of any other it is not known what it would say.
 * TensorRT-LLM says it in every event, LMDeploy in the last that has content.
 */
const KNOWN: ReadonlySet<Kind> = new Set([
  "vllm",
  "sglang",
  "llamacpp",
  "ollama",
  "tgi",
  "lmstudio",
  "localai",
]);

const OPTION = "include_usage";
const OPTIONS_TEXT = Buffer.from(`"stream_options":{"${OPTION}":true},`);
const MEMBER_TEXT = Buffer.from(`"${OPTION}":true`);
const TRUE = Buffer.from("true");
const OPEN_BRACE = 0x7b;

/** Does an answer of the endpoint say, if anything does, how many tokens it used? */
export function saysUsage({ counts }: Endpoint): boolean {
  return counts.includes("tokens");
}

/** May a stream of the endpoint be asked by the gateway for what it used? */
export function canAskForUsage({ name }: Endpoint, kind: Kind): boolean {
  return ASKED.has(name) && KNOWN.has(kind);
}

/** What asks for usage in the body of a stream; nothing where the app asks for it itself, or for what is not understood. */
export function askingForUsage(body: Buffer, { spans }: Pick<RequestFields, "spans">): readonly Edit[] {
  const options = spans.stream_options;
  if (options === undefined) {
    const at = skipSpace(body, 0) + 1;
    return [{ start: at, end: at, bytes: OPTIONS_TEXT }];
  }
  // `null` is what it would be without.
  if (body[options.start] !== OPEN_BRACE) {
    const isNull = body.toString("latin1", options.start, options.end).trim() === "null";
    return isNull ? [{ ...options, bytes: Buffer.from(`{${String(MEMBER_TEXT)}}`) }] : NO_EDITS;
  }
  // Beside other options it is theirs to say what comes of it, and without a word of usage vLLM says it.
  const [only, ...more] = membersOf(body, options);
  if (only?.key !== OPTION || more.length > 0) return NO_EDITS;
  const value = body.toString("latin1", only.value.start, only.value.end);
  return value === "false" ? [{ ...only.value, bytes: TRUE }] : NO_EDITS;
}

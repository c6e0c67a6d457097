import type { Endpoint, Kind } from "@rollcall/contract";
import { NO_EDITS, type Edit } from "../body/edits.ts";
import type { RequestFields } from "../body/json-fields.ts";
import { skipSpace } from "../body/json-scan.ts";
import { membersOf } from "../body/json-walk.ts";

/** Endpoints whose streams say what they used where they are asked to: with `stream_options`. */
const ASKED: ReadonlySet<string> = new Set(["chat_completions", "completions"]);

/** Servers that know the option; of any other it is not known what it would say. */
const KNOWN: ReadonlySet<Kind> = new Set([
  "vllm",
  "sglang",
  "llamacpp",
  "ollama",
  "tgi",
  "lmdeploy",
  "tensorrt",
  "lmstudio",
  "localai",
]);

const OPTION = "include_usage";
const OPTIONS_TEXT = Buffer.from(`"stream_options":{"${OPTION}":true},`);
const MEMBER_TEXT = Buffer.from(`"${OPTION}":true`);
const MEMBER_TEXT_BESIDE = Buffer.from(`"${OPTION}":true,`);
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
  const members = membersOf(body, options);
  const said = members.findLast(({ key }) => key === OPTION)?.value;
  if (said !== undefined) {
    const value = body.toString("latin1", said.start, said.end);
    return value === "false" || value === "null" ? [{ ...said, bytes: TRUE }] : NO_EDITS;
  }
  const at = options.start + 1;
  return [{ start: at, end: at, bytes: members.length === 0 ? MEMBER_TEXT : MEMBER_TEXT_BESIDE }];
}

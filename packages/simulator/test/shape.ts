/** Texts that are made up, by the field that holds them. */
const FREE: ReadonlySet<string> = new Set([
  "content",
  "text",
  "token",
  "delta",
  "prompt",
  "arguments",
  "decoded_token",
]);

/** Objects whose keys are tokens. */
const MAPS: ReadonlySet<string> = new Set(["top_logprobs", "prompt_logprobs"]);

/** Lists that are as long as there are tokens. */
const PER_TOKEN: ReadonlySet<string> = new Set(["tokens", "token_logprobs", "text_offset", "bytes"]);

/**
 * What is left of a JSON value without what differs from run to run: ids, times, counts and made-up texts. Keys keep
 * their order, and everything else its value.
 */
export function shapeOf(value: unknown, key = ""): unknown {
  if (typeof value === "number") return key === "code" || key === "index" ? value : "number";
  if (typeof value === "string") return FREE.has(key) && value !== "" ? "text" : withoutIds(value);
  if (Array.isArray(value)) return listShape(value, key);
  if (typeof value !== "object" || value === null) return value;
  if (MAPS.has(key) && !("token" in value)) return { "*": shapeOf(Object.values(value)[0]) };
  return Object.entries(value).map(([name, item]) => [name, shapeOf(item, name)]);
}

/** What follows with the same shape is there once. */
export function distinct(shapes: readonly unknown[]): unknown[] {
  return shapes.filter((shape, index) => JSON.stringify(shape) !== JSON.stringify(shapes[index - 1]));
}

function listShape(list: readonly unknown[], key: string): unknown {
  if (PER_TOKEN.has(key)) return "per token";
  return distinct(list.map((item) => shapeOf(item, MAPS.has(key) ? key : "")));
}

function withoutIds(text: string): string {
  return text
    .replaceAll(
      /\b(chatcmpl-tool|chatcmpl|cmpl|resp|msg|modelperm|call)([-_])[0-9a-zA-Z]{16,32}\b/g,
      "$1$2ID",
    )
    .replaceAll(/^(vllm-[\d.]+|b\d+)-[0-9a-f]{7,8}$/g, "$1-HASH");
}

interface Answered {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The names of the headers in their order, with the values that do not differ from run to run. */
export function headShape(headers: Readonly<Record<string, unknown>>): unknown {
  const varying = new Set(["date", "content-length"]);
  return Object.entries(headers).map(([name, value]) => [name, varying.has(name) ? "*" : value]);
}

/** JSON, or the distinct shapes of the events of a stream, or plain text. */
export function bodyShape({ headers, text }: Answered): unknown {
  if (String(headers["content-type"]).startsWith("text/event-stream")) {
    return distinct(
      text
        .split("\n\n")
        .filter((block) => block !== "")
        .map(eventShape),
    );
  }
  return text === "" ? "" : shapeOf(JSON.parse(text));
}

function eventShape(block: string): unknown {
  const lines = block.split("\n");
  return lines.map((line) => {
    const data = /^data: (?!\[DONE\])(.*)$/.exec(line)?.[1];
    return data === undefined ? line : shapeOf(JSON.parse(data));
  });
}

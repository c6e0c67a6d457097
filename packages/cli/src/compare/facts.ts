import { isRecord } from "@rollcall/contract";
import type { Answer, NoAnswer } from "./ask.ts";

/** What is compared of an answer: a name and what is there, in words. No value that a model or a server made up. */
export type Facts = ReadonlyMap<string, string>;

/** Headers that say the same for a reader, whichever of them it is. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^x-litellm-/, "x-litellm-*"],
  [/^llm_provider-/, "llm_provider-*"],
  [/^x-rollcall-/, "x-rollcall-*"],
  [/^x-ratelimit-/, "x-ratelimit-*"],
  [/^access-control-/, "access-control-*"],
];

/** How the connection is kept, and what each server says of itself. */
const UNTOLD = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "content-type",
]);

/** An answer as facts: `status`, `error.type`, `header retry-after`, `body choices[].index`. `alias` is what was asked. */
export function factsOf(answer: Answer | NoAnswer, alias: string | null = null): Facts {
  if ("failure" in answer) return new Map([["status", `no answer: ${answer.failure}`]]);
  const type = String(answer.headers["content-type"] ?? "").split(";", 1)[0] ?? "";
  return new Map([
    ["status", String(answer.status)],
    ["content-type", type],
    ...headerFacts(answer),
    ...(type === "text/event-stream" ? streamFacts(answer.text, alias) : bodyFacts(answer.text, alias)),
  ]);
}

function headerFacts({ headers }: Answer): readonly (readonly [string, string])[] {
  const names = Object.keys(headers).filter((name) => !UNTOLD.has(name));
  const classes = names.map((name) => CLASSES.find(([pattern]) => pattern.test(name))?.[1] ?? name);
  return [...new Set(classes)].map((name) => [`header ${name}`, "there"]);
}

function bodyFacts(text: string, alias: string | null): readonly (readonly [string, string])[] {
  const body = parse(text);
  if (body === undefined) return [["body", text === "" ? "empty" : "no JSON"]];
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : null;
  if (error !== null) {
    return [
      ["error.type", JSON.stringify(error["type"] ?? null)],
      ["error.code", JSON.stringify(error["code"] ?? null)],
      ...shape(error, "error").filter(([path]) => path !== "error.type" && path !== "error.code"),
    ].map(([name, value]) => [name ?? "", value ?? ""] as const);
  }
  return [
    ...shape(body, "").map(([path, what]) => [`body ${path}`, what] as const),
    ...listedModels(body),
    ...nameFacts([body], alias),
  ];
}

/** A client may hold the name in the answer against the one that it asked for. */
function nameFacts(bodies: readonly unknown[], alias: string | null): readonly (readonly [string, string])[] {
  const names = bodies.flatMap((body) =>
    isRecord(body) && typeof body["model"] === "string" ? [body["model"]] : [],
  );
  if (alias === null || names.length === 0) return [];
  return [["name in the answer", names.every((name) => name === alias) ? "the alias" : "another"]];
}

/** Names of models are what a client picks from: they are compared one by one. */
function listedModels(body: unknown): readonly (readonly [string, string])[] {
  const data = isRecord(body) && body["object"] === "list" && Array.isArray(body["data"]) ? body["data"] : [];
  return data.flatMap((card: unknown) =>
    isRecord(card) && card["object"] === "model" ? [[`model ${String(card["id"])}`, "there"] as const] : [],
  );
}

function streamFacts(text: string, alias: string | null): readonly (readonly [string, string])[] {
  const events = text.split(/\r?\n\r?\n/).flatMap((block) => /^data: ?(.*)$/m.exec(block)?.[1] ?? []);
  const bodies = events.map(parse);
  const shapes = bodies.flatMap((body) => shape(body, ""));
  return [
    ["stream ends with", events.at(-1) === "[DONE]" ? "[DONE]" : "something else"],
    ...merge(shapes).map(([path, what]) => [`event ${path}`, what] as const),
    ...nameFacts(bodies, alias),
  ];
}

/** Every path of a value with what stands there: `choices[].index` → `number`. */
function shape(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => shape(item, `${path}[]`));
    return items.length === 0 ? [[path, "empty list"]] : merge(items);
  }
  if (isRecord(value)) {
    const fields = Object.entries(value).flatMap(([key, field]) =>
      shape(field, path === "" ? key : `${path}.${key}`),
    );
    return fields.length === 0 && path !== "" ? [[path, "empty object"]] : fields;
  }
  return [[path, value === null ? "null" : typeof value]];
}

/** One line a path, whatever its kinds are in several items. */
function merge(found: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const kinds = new Map<string, Set<string>>();
  for (const [path, what] of found) kinds.set(path, (kinds.get(path) ?? new Set()).add(what));
  return [...kinds].map(([path, set]) => [path, [...set].toSorted().join(" or ")]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import { Ajv, type ErrorObject } from "ajv";
import { error, type Complaint, type Path } from "./problem.ts";
import { renamedSetting } from "./rollcall-section.ts";
import { didYouMean, suggest } from "./suggest.ts";
import { CONFIG_SCHEMA, type WrittenConfig } from "./written.ts";

// Coercion, since LiteLLM coerces too and an environment variable is always text: `rpm: os.environ/RPM`.
const ajv = new Ajv({
  allErrors: true,
  coerceTypes: true,
  allowUnionTypes: true,
  verbose: true,
  strict: true,
});
const validate = ajv.compile<WrittenConfig>(CONFIG_SCHEMA);

export interface Validated {
  /** What is left when all that is wrong was taken out; null where nothing usable is. */
  readonly rest: WrittenConfig | null;
  /** The original index of each entry left in `model_list`. */
  readonly entries: readonly number[];
  readonly complaints: readonly Complaint[];
}

/**
 * Checks shapes and types. All complaints come at once: what is wrong is complained of and taken out, so that the rules
 * can still speak about the rest.
 */
export function validateShape(value: unknown): Validated {
  const complaints: Complaint[] = [];
  const rest = structuredClone(value);
  const entries = Array.from({ length: modelList(rest)?.length ?? 0 }, (_, index) => index);
  // Each round takes something out, so a few are enough; the bound is for what no one has thought of.
  for (let round = 0; round < 5; round += 1) {
    if (validate(rest)) return { rest, entries, complaints };
    // What is missing after the first round was taken out here.
    const faults = (validate.errors ?? []).filter((fault) => round === 0 || fault.keyword !== "required");
    for (const fault of faults) {
      const complaint = toComplaint(fault, rest);
      complaints.push({ ...complaint, path: originalPath(complaint.path, entries) });
    }
    const paths = faults.map((fault) => faultyPart(fault, rest));
    if (paths.length === 0 || paths.some((path) => path.length === 0)) break;
    takeOut(rest, paths, entries);
  }
  return { rest: null, entries, complaints };
}

/** Paths into what is left → paths into what was written. */
export function originalPath(path: Path, entries: readonly number[]): Path {
  const [key, index, ...more] = path;
  if (key !== "model_list" || typeof index !== "number") return path;
  return [key, entries[index] ?? index, ...more];
}

function faultyPart(fault: ErrorObject, whole: unknown): Path {
  const path = pathOf(fault.instancePath, whole);
  return fault.keyword === "additionalProperties"
    ? [...path, String(fault.params["additionalProperty"])]
    : path;
}

const ENTRY_NEEDS = new Set(["model_name", "litellm_params", "model"]);

function takeOut(whole: unknown, paths: readonly Path[], entries: number[]): void {
  const entriesOut = new Set<number>();
  for (const path of paths) {
    const last = path.at(-1);
    const inEntry = path[0] === "model_list" && typeof path[1] === "number";
    if (inEntry && (path.length === 2 || ENTRY_NEEDS.has(String(last)))) entriesOut.add(Number(path[1]));
    else removeAt(whole, inEntry ? path : path.slice(0, 3));
  }
  const list = modelList(whole);
  for (const index of [...entriesOut].toSorted((a, b) => b - a)) {
    list?.splice(index, 1);
    entries.splice(index, 1);
  }
}

function removeAt(whole: unknown, path: Path): void {
  let node = whole as Record<string, unknown> | undefined;
  const end = path.findIndex(
    (step, depth) => typeof step === "number" && path[0] !== "model_list" && depth > 0,
  );
  const steps = end === -1 ? path : path.slice(0, end);
  for (const step of steps.slice(0, -1)) node = node?.[step] as Record<string, unknown> | undefined;
  const last = steps.at(-1);
  if (node !== undefined && last !== undefined) delete node[last];
}

function modelList(value: unknown): unknown[] | null {
  const list = (value as { model_list?: unknown } | null)?.model_list;
  return Array.isArray(list) ? list : null;
}

function toComplaint(fault: ErrorObject, whole: unknown): Complaint {
  const path = pathOf(fault.instancePath, whole);
  switch (fault.keyword) {
    case "required":
      return error(path, missing(String(fault.params["missingProperty"]), fault.data));
    case "additionalProperties": {
      const key = String(fault.params["additionalProperty"]);
      const known = Object.keys((fault.parentSchema?.["properties"] ?? {}) as object);
      const renamed = renamedSetting([...path, key]);
      if (renamed !== null) return error([...path, key], `was renamed to ${renamed}`);
      const nearest = didYouMean(key, known);
      return error(
        [...path, key],
        `unknown key${nearest === "" ? `, expected one of ${known.join(", ")}` : nearest}`,
      );
    }
    case "enum": {
      const allowed = (fault.params["allowedValues"] as unknown[]).map(String);
      return error(
        path,
        `found ${show(fault.data)}, expected one of ${allowed.join(", ")}${didYouMean(String(fault.data), allowed)}`,
      );
    }
    case "type":
      return error(path, `found ${showInstead(fault)}, expected ${expectedType(fault.params["type"])}`);
    case "pattern":
      // The one pattern of the schema stands for a word that may be written in place of a number.
      return error(
        path,
        `found ${show(fault.data)}, expected a whole number or ${String(fault.params["pattern"]).replaceAll(/[$^]/g, "")}`,
      );
    case "minLength":
      return error(path, "is empty");
    default:
      return error(path, `found ${show(fault.data)}, which ${fault.message ?? "is not valid"}`);
  }
}

/** With the key that was probably meant to be it. */
function missing(key: string, where: unknown): string {
  const written = Object.keys(typeof where === "object" && where !== null ? where : {});
  const nearest = suggest(key, written);
  return nearest === null
    ? `${key} is missing`
    : `${key} is missing: is ${JSON.stringify(nearest)} meant to be it?`;
}

/** What stands in place of what holds master keys may be such a key: it is not repeated. */
const HOLDS_KEYS =
  /^\/(?:general_settings|rollcall(?:\/(?:gateway(?:\/additional_master_keys)?|keys(?:\/pepper)?|control(?:\/token)?|traces(?:\/headers.*)?))?)$/;

function showInstead({ data, instancePath }: ErrorObject): string {
  if (!HOLDS_KEYS.test(instancePath)) return show(data);
  if (typeof data === "number") return "a number";
  return typeof data === "string" ? "a text" : show(data);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
};

function expectedType(type: unknown): string {
  const types = Array.isArray(type) ? type : String(type).split(",");
  return types.map((word) => TYPE_WORDS[String(word)] ?? String(word)).join(" or ");
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map of keys";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A JSON pointer does not tell the key "0" from the index 0: the value does. */
function pathOf(pointer: string, whole: unknown): Path {
  const path: (string | number)[] = [];
  let node = whole;
  for (const raw of pointer.split("/").slice(1)) {
    const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(node) ? Number(step) : step);
    node = (node as Record<string, unknown> | undefined)?.[step];
  }
  return path;
}

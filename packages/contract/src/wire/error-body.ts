import { isRecord } from "../is-record.ts";

/** What an error body says, whatever its generation. */
export interface ErrorBody {
  readonly message: string;
  /** "" where none is said. */
  readonly type: string;
  readonly param: string | null;
  /** Only a text: vLLM repeats the status here as a number. */
  readonly code: string | null;
}

/**
 * Reads the error bodies that are met in the wild; null where the text is none of them.
 *  nested  {"error":{"message","type","param","code":404}}            vLLM ≥ 0.10.1, OpenAI, Anthropic
 *  flat    {"object":"error","message","type","param","code":404}    vLLM ≤ 0.10.0, SGLang; without object: TEI
 *  string  {"error":"Unauthorized"}                                   vLLM's authentication and scaling, TGI
 *  detail  {"detail":"Not Found"}                                     FastAPI
 */
export function readErrorBody(text: string): ErrorBody | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { error, detail } = value;
  if (typeof error === "string") return said(error);
  if (typeof detail === "string") return said(detail);
  const object = isRecord(error) ? error : isFlat(value) ? value : null;
  if (object === null || typeof object["message"] !== "string") return null;
  return {
    message: object["message"],
    type: textOf(object["type"]) ?? "",
    param: textOf(object["param"]),
    code: textOf(object["code"]),
  };
}

function said(message: string): ErrorBody {
  return { message, type: "", param: null, code: null };
}

function isFlat({ object, type }: Record<string, unknown>): boolean {
  return object === "error" || (object === undefined && typeof type === "string");
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

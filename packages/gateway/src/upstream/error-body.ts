/** What an error body says, whatever its generation. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/**
 * Reads the error bodies that are met in the wild; null where the text is none of them.
 *  nested  {"error":{"message","type","param","code":404}}            vLLM ≥ 0.10.1, OpenAI
 *  flat    {"object":"error","message","type","param","code":404}    vLLM ≤ 0.10.0, SGLang
 *  string  {"error":"Unauthorized"}                                   vLLM's authentication and scaling
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
  if (typeof error === "string") return { message: error, type: "", param: null, code: null };
  if (typeof detail === "string") return { message: detail, type: "", param: null, code: null };
  const object = isRecord(error) ? error : value["object"] === "error" ? value : null;
  if (object === null || typeof object["message"] !== "string") return null;
  return {
    message: object["message"],
    type: textOr(object["type"], ""),
    param: typeof object["param"] === "string" ? object["param"] : null,
    code: typeof object["code"] === "string" ? object["code"] : null,
  };
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

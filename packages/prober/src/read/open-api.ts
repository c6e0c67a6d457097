import { isRecord, placeOf, type Endpoint, type Kind } from "@rollcall/contract";
import type { HttpResponse } from "./probe-response.ts";

/** What is known of the server whose document it is. */
export interface Documented {
  readonly kind: Kind;
  /** Path of its API below its root: `/v1`. */
  readonly apiPath: string;
}

/** Names of the endpoints whose paths are not in an OpenAPI document; null where the answer is none. */
export function missingIn(
  { status, body, truncated }: HttpResponse,
  endpoints: readonly Endpoint[],
  { kind, apiPath }: Documented,
): readonly string[] | null {
  if (status !== 200 || truncated) return null;
  const paths = readPaths(body);
  if (paths === null) return null;
  return endpoints.flatMap((endpoint) => {
    const { below, upstreamPath } = placeOf(endpoint, kind);
    const operations = paths[(below === "api" ? apiPath : "") + upstreamPath];
    return isRecord(operations) && endpoint.method.toLowerCase() in operations ? [] : [endpoint.name];
  });
}

function readPaths(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const document: unknown = JSON.parse(body);
    return isRecord(document) && isRecord(document["paths"]) ? document["paths"] : null;
  } catch {
    return null;
  }
}

import type { Backend } from "../backend/backend.ts";

/** Of the backend that systems without a fleet are put in front of. */
export function firstUrl({ urls }: Backend): string {
  const [url] = urls;
  if (url === undefined) throw new Error("the backend listens on no port");
  return url;
}

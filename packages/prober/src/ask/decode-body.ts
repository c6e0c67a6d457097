import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

interface Limit {
  readonly maxOutputLength: number;
}

/** The low half of the first byte of zlib's format; some servers send bare deflate under the same name. */
const ZLIB_METHOD = 8;

const DECODE: Readonly<Record<string, (body: Buffer, limit: Limit) => Buffer>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: (body, limit) =>
    ((body[0] ?? 0) & 0x0f) === ZLIB_METHOD ? inflateSync(body, limit) : inflateRawSync(body, limit),
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** "too-long" = more than `maxBytes` come out of it; "unreadable" = an encoding that is not known, or not that one. */
export type Decoded = Buffer | "too-long" | "unreadable";

/** What a body says that some proxy compressed though nobody asked for it. `coding`: its content-encoding header. */
export function decodeBody(body: Buffer, coding: string, maxBytes: number): Decoded {
  const name = coding.trim().toLowerCase();
  const decode = Object.hasOwn(DECODE, name) ? DECODE[name] : undefined;
  if (decode === undefined) return "unreadable";
  try {
    return decode(body, { maxOutputLength: maxBytes });
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too-long" : "unreadable";
  }
}

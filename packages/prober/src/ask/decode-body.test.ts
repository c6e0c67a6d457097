import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeBody } from "./decode-body.ts";

const TEXT = Buffer.from('{"data":[]}');

describe("a compressed body", () => {
  it.each([
    ["gzip", gzipSync(TEXT)],
    ["x-gzip", gzipSync(TEXT)],
    [" GZIP ", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["deflate", deflateRawSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
    ["zstd", zstdCompressSync(TEXT)],
  ])("is read: %s", (coding, body) => {
    expect(decodeBody(body, coding, 100).toString()).toBe(TEXT.toString());
  });

  it.each([
    ["of several layers", gzipSync(gzipSync(TEXT)), "gzip, gzip"],
    ["of an encoding that nobody knows", TEXT, "snappy"],
    ["of another encoding than it says", gzipSync(TEXT), "br"],
    ["that is cut", gzipSync(TEXT).subarray(0, -9), "gzip"],
    ["of an encoding that every object has", TEXT, "constructor"],
  ])("is not read: one %s", (_what, body, coding) => {
    expect(decodeBody(body, coding, 100)).toBe("unreadable");
  });

  it("that grows beyond measure is told apart", () => {
    expect(decodeBody(gzipSync(Buffer.alloc(1_000_000)), "gzip", 1_000)).toBe("too-long");
  });
});

import { KINDS } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { readVersion, versionPath } from "./version.ts";

describe("a version", () => {
  it.each([
    ["vLLM", { version: "0.26.0" }, "0.26.0"],
    [
      "vLLM from a branch",
      { version: "0.26.1rc1.dev42+g017e9f444.cu128" },
      "0.26.1rc1.dev42+g017e9f444.cu128",
    ],
    ["vLLM's Rust frontend", { version: "0.26.0", rust_frontend_version: "0.3.1" }, "0.26.0"],
    ["Ollama", { version: "0.33.0-rc2" }, "0.33.0-rc2"],
  ])("is read: %s", (_who, body, version) => {
    expect(readVersion(response(200, body))).toBe(version);
    expect(readVersion(response(200, JSON.stringify(body, null, 2)))).toBe(version);
  });

  it.each([
    ["no answer", failure("PROBE_TIMEOUT")],
    ["no such route", response(404, { version: "0.26.0" })],
    ["a number", response(200, { version: 26 })],
    ["an empty one", response(200, { version: "" })],
    ["one too long to be one", response(200, { version: "9".repeat(65) })],
    ["one with something else in it", response(200, { version: "0.26 <script>" })],
    ["one far down a long page", response(200, `${" ".repeat(5_000)}{"version":"0.26.0"}`)],
    ["HTML", response(200, "<html>version</html>")],
  ])("is none: %s", (_what, answer) => {
    expect(readVersion(answer)).toBeNull();
  });

  it.each(KINDS)("is told by %s where it needs no key", (kind) => {
    const paths: Record<string, string> = { vllm: "/version", ollama: "/api/version" };
    expect(versionPath(kind)).toBe(paths[kind] ?? null);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLoopbackHost, parseApiBase } from "./api-base.ts";

describe("an api_base as people write it", () => {
  test.each([
    // As written, the origin, the path of the API and that of the rest.
    ["http://gpu-1:8000/v1", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1/", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1//", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000//v1", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1/team-a/v1", ["http://gpu-1", "/team-a/v1", "/team-a"]],
    ["http://gpu-1/team-a", ["http://gpu-1", "/team-a/v1", "/team-a"]],
    ["http://gpu-1/team-a/llm/v1/", ["http://gpu-1", "/team-a/llm/v1", "/team-a/llm"]],
    ["http://gpu-1/v1/team-a", ["http://gpu-1", "/v1/team-a/v1", "/v1/team-a"]],
    ["http://gpu-1/openai/v2", ["http://gpu-1", "/openai/v2", "/openai"]],
    ["http://gpu-1/v1beta", ["http://gpu-1", "/v1beta/v1", "/v1beta"]],
    ["http://gpu-1:8000/v1/chat/completions", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1/chat/completions/", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1/completions", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1/embeddings", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/v1/models", ["http://gpu-1:8000", "/v1", ""]],
    ["http://gpu-1:8000/team-a/v1/models", ["http://gpu-1:8000", "/team-a/v1", "/team-a"]],
    ["https://gpu-1/v1", ["https://gpu-1", "/v1", ""]],
    ["https://gpu-1:443/v1", ["https://gpu-1", "/v1", ""]],
    ["http://gpu-1:80/v1", ["http://gpu-1", "/v1", ""]],
    ["https://gpu-1:80/v1", ["https://gpu-1:80", "/v1", ""]],
    ["HTTP://GPU-1.Example.COM:8000/v1", ["http://gpu-1.example.com:8000", "/v1", ""]],
    ["http://GPU-1/Team-A/v1", ["http://gpu-1", "/Team-A/v1", "/Team-A"]],
    ["http://10.0.0.7:8000/v1", ["http://10.0.0.7:8000", "/v1", ""]],
    ["http://[::1]:8000/v1", ["http://[::1]:8000", "/v1", ""]],
    ["http://[FE80::1]/v1", ["http://[fe80::1]", "/v1", ""]],
    ["http://gpu-1/v1?", ["http://gpu-1", "/v1", ""]],
  ] as const)("%s is reached at %j", (written, [origin, apiPath, rootPath]) => {
    expect(parseApiBase(written)).toMatchObject({
      ok: true,
      value: { origin, apiPath, rootPath, hostname: new URL(origin).hostname },
    });
  });

  test.each([
    ["gpu-1:8000/v1", /http:\/\/ or https:\/\/ is missing/],
    ["//gpu-1/v1", /http:\/\/ or https:\/\/ is missing/],
    ["http:/gpu-1/v1", /http:\/\/ or https:\/\/ is missing/],
    ["", /http:\/\/ or https:\/\/ is missing/],
    [" http://gpu-1/v1", /http:\/\/ or https:\/\/ is missing/],
    ["ftp://gpu-1/v1", /^found the scheme "ftp", expected http or https$/],
    ["unix:///run/vllm.sock", /^found the scheme "unix", expected http or https$/],
    ["http://", /which is not a URL/],
    ["http://gpu 1/v1", /which is not a URL/],
    ["http://gpu-1:99999", /which is not a URL/],
    ["http://[::1/v1", /which is not a URL/],
    ["http://key@gpu-1/v1", /^has a user name or password in the URL/],
    ["http://:key@gpu-1/v1", /^has a user name or password in the URL/],
    ["http://gpu-1/v1?api_key=1", /^has a query or fragment/],
    ["http://gpu-1/v1#top", /^has a query or fragment/],
  ])("%j is refused in words", (written, words) => {
    const parsed = parseApiBase(written);
    expect(parsed.ok ? "accepted" : parsed.error).toMatch(words);
  });

  test.each([
    "user:hunter2@gpu-1/v1",
    "http://user:hunter2@gpu-1:99999/",
    "http://user:hunter2/@gpu-1",
    "user:hunter2//@gpu-1",
    "ftp://user:hunter2@gpu-1/",
  ])("the complaint about %s does not repeat the password", (written) => {
    expect(JSON.stringify(parseApiBase(written))).not.toContain("hunter2");
  });

  test("a long text is shown shortened", () => {
    const parsed = parseApiBase(`http://[${"x".repeat(5_000)}`);
    expect(parsed.ok ? "" : parsed.error).toContain('xxx..."');
    expect(parsed.ok ? 0 : parsed.error.length).toBeLessThan(250);
  });

  test("whatever is written, the answer is a base without a slash at any end, or a refusal", () => {
    const written = fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.string(),
      fc.string().map((path) => `http://gpu-1/${path}`),
    );
    fc.assert(
      fc.property(written, (text) => {
        const parsed = parseApiBase(text);
        if (!parsed.ok) return;
        const { origin, apiPath, rootPath } = parsed.value;
        expect(origin).toMatch(/^https?:\/\/[^/]+$/);
        expect(apiPath).toMatch(/^\/(.*[^/])?v\d+$|^(\/[^/]+)+\/v\d+$/);
        expect(`${rootPath}/`).toBe(`${apiPath}/`.replace(/\/v\d+\/$/, "/"));
      }),
    );
  });

  test.each([
    ["http://gpu-1", null],
    ["http://gpu-1/", null],
    ["http://gpu-1/v1", null],
    ["http://gpu-1/team/v2/", null],
    ["http://gpu-1/qwen", "/qwen"],
    ["http://gpu-1/v1beta/openai/", "/v1beta/openai"],
    ["http://gpu-1/api/chat/completions", "/api"],
  ])("%s has %j as the path that may hold the version already", (written, writtenPath) => {
    expect(parseApiBase(written)).toMatchObject({ ok: true, value: { writtenPath } });
  });

  test("what was read is read the same when it is written again", () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const first = parseApiBase(text);
        if (!first.ok) return;
        const value = { ...first.value, writtenPath: null };
        expect(parseApiBase(value.origin + value.apiPath)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe("hosts that mean this machine", () => {
  test.each([
    "localhost",
    "vllm.localhost",
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "[::1]",
    "[::]",
    // As a URL prints what people write.
    new URL("http://LOCALHOST").hostname,
    new URL("http://127.1").hostname,
    new URL("http://[0:0:0:0:0:0:0:1]").hostname,
  ])("%s is one", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  test.each([
    "gpu-1",
    "localhost.example.com",
    "notlocalhost",
    "128.0.0.1",
    "127.0.0.1.example.com",
    "10.0.0.1",
    "[::2]",
    "host.docker.internal",
    "",
  ])("%j is none", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

test.each([
  [
    "${VLLM_URL}",
    'found "${VLLM_URL}", and nothing fills in VLLM_URL: put the whole URL into a variable and write os.environ/VLLM_URL',
  ],
  [
    "http://$HOST:8000/v1",
    'found "http://$HOST:8000/v1", and nothing fills in HOST: put the whole URL into a variable and write os.environ/HOST',
  ],
  [
    "http://os.environ/BHOST:8000",
    'found "http://os.environ/BHOST:8000", but os.environ/ is read only where nothing stands before and after it: put the whole URL into BHOST and write os.environ/BHOST',
  ],
  [
    "http://qwen3.8:8000/v1",
    "found the host qwen3.8, and a name whose last part is a number is taken for an IPv4 address: name it qwen3-8 (a service of Docker Compose can have that as an alias), or write its address",
  ],
])("%s is explained", (written, message) => {
  expect(parseApiBase(written)).toEqual({ ok: false, error: message });
});

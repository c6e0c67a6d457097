import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { afterAll, afterEach, expect, test } from "vitest";
import { temporary } from "../../test/harness.ts";
import { addCompare } from "./compare.ts";

const KEY = "sk-7c1f-not-to-be-seen";
const CONFIG = `model_list:
  - {model_name: coder, litellm_params: {model: openai/qwen, api_base: "http://gpu:8000/v1"}}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
`;

const files = temporary({ "config.yaml": CONFIG, "wrong.yaml": "model_list: 3\n" });
afterAll(() => files.remove());
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

interface Asked {
  readonly line: string;
  readonly key: string | undefined;
}

/** A proxy of few words: a list, an answer, errors. `odd` changes the status of its answers to chats. */
async function proxy(odd = 200): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const answer: RequestListener = (request, response) => {
    const key = request.headers.authorization;
    asked.push({ line: `${request.method} ${request.url}`, key });
    const isList = request.url === "/v1/models";
    const status = key?.endsWith(KEY) === true ? (isList ? 200 : odd) : 401;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status < 400 ? { id: "x" } : { error: { type: "t", code: null } }));
  };
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function compare(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let out = "";
  let code = -1;
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (out += text),
    logTo: () => terminal,
    interactive: false,
    paint: (_style: string, text: string) => text,
    env: { LITELLM_MASTER_KEY: KEY, ...env },
  };
  const program = new Command().exitOverride();
  addCompare(program, { terminal, finish: (result) => void (code = result) });
  await program.parseAsync(["compare", "--config", files.path("config.yaml"), ...args], { from: "user" });
  return { code, out };
}

test("both get the same requests with their keys, and nothing that differs is exit 0", async () => {
  const [litellm, rollcall] = [await proxy(), await proxy()];
  const { code, out } = await compare(["--litellm", `${litellm.url}/v1/`, "--rollcall", rollcall.url]);
  expect(out).toBe("8 requests to each: 0 differences that are not listed, 0 listed\n");
  expect(code).toBe(0);
  expect(litellm.asked).toEqual(rollcall.asked);
  expect(litellm.asked.map(({ line }) => line)).toEqual([
    "GET /v1/models",
    ...Array.from({ length: 5 }, () => "POST /v1/chat/completions"),
    "GET /v1/models",
    "GET /v1/models",
  ]);
  expect(litellm.asked.filter(({ key }) => key === `Bearer ${KEY}`)).toHaveLength(6);
  expect(litellm.asked.at(-1)?.key).toBeUndefined();
});

test("what no page lists comes first, with where it was seen, and is exit 1", async () => {
  const [litellm, rollcall] = [await proxy(), await proxy(503)];
  const urls = ["--litellm", litellm.url, "--rollcall", rollcall.url];
  const { code, out } = await compare(urls);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^Differs, and is not on the page of the move\nWHAT +LITELLM +ROLLCALL +WHERE\nstatus +200 +503 +chat \(coder\), stream \(coder\), refused request \(coder\), unknown model, malformed body\n/,
  );
  const { differences } = JSON.parse((await compare([...urls, "--json"])).out);
  expect(differences[0]).toEqual({
    topic: "chat",
    alias: "coder",
    what: "status",
    litellm: "200",
    rollcall: "503",
    why: null,
  });
});

test("keys from variables, one for each where they differ, are never printed", async () => {
  const [litellm, rollcall] = [await proxy(500), await proxy()];
  const urls = ["--litellm", litellm.url, "--rollcall", rollcall.url];
  const { out } = await compare([...urls, "--json"], { ROLLCALL_KEY: "sk-other", LITELLM_KEY: KEY });
  expect(litellm.asked[0]?.key).toBe(`Bearer ${KEY}`);
  expect(rollcall.asked[0]?.key).toBe("Bearer sk-other");
  expect(out).not.toMatch(/sk-other|sk-7c1f/);
});

test.each([
  [
    "an address of nobody",
    ["--litellm", "http://127.0.0.1:1"],
    /no answer from --litellm http:\/\/127\.0\.0\.1:1: ECONNREFUSED/,
  ],
  [
    "a key that is not there",
    ["--litellm", "http://h:1"],
    /the config's master key cannot be read here: set ROLLCALL_KEY/,
  ],
  ["no address", ["--litellm", "localhost:4000"], /--litellm is no URL: write http:\/\/host:4000/],
  ["a key in the address", ["--litellm", "http://me:secret@h:1"], /--litellm has a user or password in it/],
  ["a time that is none", ["--litellm", "http://h:1", "--timeout", "soon"], /invalid --timeout "soon"/],
  [
    "a config at fault",
    ["--litellm", "http://h:1", "--config", files.path("wrong.yaml")],
    /has errors: `rollcall check`/,
  ],
])("%s is said", async (about, args, message) => {
  const { url } = await proxy();
  const env = about === "a key that is not there" ? { LITELLM_MASTER_KEY: "" } : {};
  const fault = await compare([...args, "--rollcall", url], env).then(
    () => null,
    (error: Error) => error.message,
  );
  expect(fault).toMatch(message);
  expect(fault).not.toContain("secret");
});

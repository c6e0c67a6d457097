import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapHosts, RunningCommand, temporary, whenReady, type RunningPair } from "./harness.ts";

/** To the letter. */
const ARTICLE = `model_list:
  - model_name: default
    litellm_params: {model: openai/gpt-oss-120b, api_base: "http://llm-backend-01:8000/v1", api_key: os.environ/BACKEND_01_KEY}
  - model_name: coder
    litellm_params: {model: openai/qwen3-coder-30b, api_base: "http://llm-backend-02:8000/v1", api_key: os.environ/BACKEND_02_KEY}
litellm_settings: {drop_params: true, num_retries: 2}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
`;

/** As the article starts LiteLLM: of all this only `image:` has to be another. */
const COMPOSE = `services:
  litellm:
    image: ghcr.io/berriai/litellm:main-stable
    container_name: litellm
    ports: ["4000:4000"]
    volumes: ["./config.yaml:/app/config.yaml:ro"]
    env_file: .env
    command: ["--config", "/app/config.yaml", "--port", "4000"]
    restart: unless-stopped
`;
const COMMAND = JSON.parse(/ command: (\[.*\])/.exec(COMPOSE)?.[1] ?? "") as readonly string[];

describe("the LiteLLM article's config and compose file, unchanged", () => {
  const files = temporary({ "config.yaml": ARTICLE });
  let backends: Simulator[];
  let pair: RunningPair;
  let client: OpenAI;

  beforeAll(async () => {
    backends = [
      await startSimulator({
        host: "127.0.0.2",
        port: 8000,
        servedNames: ["gpt-oss-120b"],
        apiKeys: ["key-01"],
        tasks: ["generate", "embed"],
      }),
      await startSimulator({
        host: "127.0.0.3",
        port: 8000,
        servedNames: ["qwen3-coder-30b"],
        apiKeys: ["key-02"],
      }),
    ];
    // What the image's entry point gets, with the mount in its place; the last of several ports counts.
    const args = COMMAND.map((word) => word.replace("/app", files.path("")));
    const command = new RunningCommand([...args, "--port", "0", "--prober-port", "0"], {
      env: {
        ...mapHosts({ "llm-backend-01": "127.0.0.2", "llm-backend-02": "127.0.0.3" }),
        BACKEND_01_KEY: "key-01",
        BACKEND_02_KEY: "key-02",
        LITELLM_MASTER_KEY: "sk-master",
      },
    });
    const gateway = await command.sees(/"service":"gateway","address":"http:\/\/0\.0\.0\.0:(\d+)"/);
    const prober = await command.sees(/"service":"prober","address":"(http:\/\/127\.0\.0\.1:\d+)"/);
    pair = { command, gateway: `http://127.0.0.1:${gateway[1]}`, prober: prober[1] ?? "" };
    await whenReady(pair);
    client = new OpenAI({ baseURL: `${pair.gateway}/v1`, apiKey: "sk-master", maxRetries: 0 });
  });

  afterAll(async () => {
    const ended = await pair.command.stop("SIGINT");
    expect(ended.code).toBe(0);
    for (const backend of backends) await backend.close();
    files.remove();
  });

  it("lists the aliases and not the upstream names", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(["default", "coder"]);
  });

  it("answers the article's two curls", async () => {
    const curl = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)("curl", [
        "-sf",
        "-H",
        "Authorization: Bearer sk-master",
        ...args,
      ]);
      return JSON.parse(stdout);
    };
    const models = await curl(`${pair.gateway}/v1/models`);
    expect(models.data.map(({ id }: { id: string }) => id)).toEqual(["default", "coder"]);
    const body = '{"model": "coder", "messages": [{"role": "user", "content": "Say one word."}]}';
    const answer = await curl(
      `${pair.gateway}/v1/chat/completions`,
      "-H",
      "Content-Type: application/json",
      "-d",
      body,
    );
    expect(answer.model).toBe("coder");
    expect(answer.choices[0].message.content).toMatch(/\w/);
  });

  it("serves the official client: chat, stream, completions, embeddings", async () => {
    const chat = await client.chat.completions.create({
      model: "default",
      messages: [{ role: "user", content: "hi" }],
    });
    expect(chat.model).toBe("default");
    expect(chat.usage?.total_tokens).toBeGreaterThan(0);

    const stream = await client.chat.completions.create({
      model: "coder",
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const models = new Set<string>();
    let text = "";
    let tokens = 0;
    for await (const chunk of stream) {
      models.add(chunk.model);
      text += chunk.choices[0]?.delta.content ?? "";
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect([...models]).toEqual(["coder"]);
    expect(text).toMatch(/\w/);
    expect(tokens).toBeGreaterThan(0);

    const completion = await client.completions.create({ model: "default", prompt: "once", max_tokens: 3 });
    expect(completion.model).toBe("default");
    const embedding = await client.embeddings.create({ model: "default", input: ["one", "two"] });
    expect(embedding.data).toHaveLength(2);
    expect(embedding.model).toBe("default");
  });

  it("gives each backend its own key and name, and never the app's key", () => {
    const last = backends.map((backend) => backend.seen.last("/v1/chat/completions"));
    expect(last.map((request) => request?.apiKey)).toEqual(["key-01", "key-02"]);
    expect(last.map((request) => request?.model)).toEqual(["gpt-oss-120b", "qwen3-coder-30b"]);
  });
});

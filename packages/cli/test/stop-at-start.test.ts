import { expect, onTestFinished, test } from "vitest";
import { RunningCommand, temporary } from "./harness.ts";

const CONFIG = `model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-oss-120b, api_base: "http://127.0.0.1:9", max_parallel_requests: 1}
general_settings: {master_key: sk-test}
`;

test.each([
  ["a gateway,", ["gateway"], "gateway listens"],
  ["the parent of workers, while they start,", ["gateway", "--workers", "2"], "each of them may send one"],
  ["a prober,", ["prober"], "prober listens"],
])("%s told to stop in the moment of its first word, stops in order", async (_who, args, word) => {
  const files = temporary({ "config.yaml": CONFIG });
  onTestFinished(() => files.remove());
  const daemon = new RunningCommand([...args, "--config", files.path("config.yaml"), "--port", "0"]);
  onTestFinished(() => void daemon.child.kill("SIGKILL"));
  // In the very event that brings the word: later, and what is shown would depend on the machine.
  let told = false;
  daemon.child.stdout?.on("data", () => {
    if (told || !daemon.out.includes(word)) return;
    told = daemon.child.kill("SIGTERM");
  });
  const { code, out } = await daemon.ended;
  expect(code).toBe(0);
  expect(out).toMatch(/"signal":"SIGTERM","msg":"(?:gateway|prober) stops"/);
});

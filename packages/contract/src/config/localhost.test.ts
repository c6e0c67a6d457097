import { describe, expect, test } from "vitest";
import { problemsOf } from "../../test/configs.ts";

const MESSAGE =
  "inside a container is the container itself: use the other container's name, host.docker.internal with " +
  "extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right " +
  "only for a server in this very container or pod";

const withBase = (base: string) =>
  `model_list:\n  - model_name: chat\n    litellm_params: {model: openai/served, api_base: "${base}"}\n`;

describe("inside a container", () => {
  test.each([
    ["http://localhost:8000/v1", "localhost"],
    ["http://127.0.0.1:8000", "127.0.0.1"],
    ["http://[::1]:8000", "[::1]"],
    ["http://0.0.0.0:8000", "0.0.0.0"],
  ])("%s is warned of", (base, host) => {
    expect(problemsOf(withBase(base), { inContainer: true })).toEqual([
      `config.yaml:3:44: warning: model_list[0].litellm_params.api_base: ${host} ${MESSAGE}`,
    ]);
  });

  test.each(["http://gpu-1:8000", "http://host.docker.internal:8000", "http://172.17.0.1"])(
    "%s is not",
    (base) => {
      expect(problemsOf(withBase(base), { inContainer: true })).toEqual([]);
    },
  );

  test("the warning is about the entry as written, also where one before it is wrong", () => {
    const text = `model_list:
  - model_name: [chat]
    litellm_params: {model: openai/served, api_base: "http://gpu-1"}
  - model_name: coder
    litellm_params: {model: openai/served, api_base: "http://localhost"}
`;
    expect(problemsOf(text, { inContainer: true })).toEqual([
      "config.yaml:2:5: warning: model_list[0].model_name: found a list, expected text: the entry is left out",
      `config.yaml:5:44: warning: model_list[1].litellm_params.api_base: localhost ${MESSAGE}`,
    ]);
  });
});

test("outside a container localhost is as good as any other host", () => {
  expect(problemsOf(withBase("http://localhost:8000"))).toEqual([]);
});

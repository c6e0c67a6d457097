import { expect, test } from "vitest";
import { redactConfig, type Hiding } from "./redacted-config.ts";

function hiding(): Hiding & { readonly hosts: string[]; readonly secrets: string[] } {
  const [hosts, secrets]: [string[], string[]] = [[], []];
  return {
    hosts,
    secrets,
    host: (name) => `host-${hosts.push(name)}`,
    secret: (value) => `hidden-${secrets.push(value)}`,
  };
}

test.each<[what: string, written: string, shown: string]>([
  ["names of one's own models", "model_list: [{model_name: chat}]", "model_list:\n  - model_name: chat\n"],
  [
    "numbers and switches",
    "litellm_settings: {num_retries: 3, drop_params: true}",
    "litellm_settings:\n  num_retries: 3\n  drop_params: true\n",
  ],
  [
    "durations and sizes",
    "rollcall: {prober: {interval: 2s}, gateway: {max_body: 32MiB}}",
    "rollcall:\n  prober:\n    interval: 2s\n  gateway:\n    max_body: 32MiB\n",
  ],
  [
    "where a secret is",
    "general_settings: {master_key: os.environ/K}",
    "general_settings:\n  master_key: os.environ/K\n",
  ],
  [
    "fallbacks",
    "router_settings: {fallbacks: [{a: [b]}]}",
    "router_settings:\n  fallbacks:\n    - a:\n        - b\n",
  ],
  [
    "loopback, ports and paths",
    "api_base: http://localhost:8000/team/v1",
    "api_base: http://localhost:8000/team/v1\n",
  ],
  ["addresses to listen on that are everybody's", "host: 0.0.0.0", "host: 0.0.0.0\n"],
])("%s stay", (_what, written, shown) => {
  const told = hiding();
  expect(redactConfig(written, told)).toBe(shown);
  expect(told.secrets).toEqual([]);
});

test.each<
  [what: string, written: string, shown: string, secrets: readonly string[], hosts: readonly string[]]
>([
  ["a key", "api_key: sk-abc", "api_key: hidden-1\n", ["sk-abc"], []],
  ["a key that is a number", "master_key: 12345678", "master_key: hidden-1\n", ["12345678"], []],
  [
    "several keys",
    "additional_master_keys: [one, os.environ/TWO]",
    "additional_master_keys:\n  - hidden-1\n  - os.environ/TWO\n",
    ["one"],
    [],
  ],
  [
    "headers, whatever they are called",
    "extra_headers: {x-pin: 1234}",
    "extra_headers:\n  x-pin: hidden-1\n",
    ["1234"],
    [],
  ],
  [
    "variables",
    "environment_variables: {MODE: fast}",
    "environment_variables:\n  MODE: hidden-1\n",
    ["fast"],
    [],
  ],
  [
    "texts that nobody knows",
    "general_settings: {database: people}",
    "general_settings:\n  database: hidden-1\n",
    ["people"],
    [],
  ],
  ["a host", "api_base: http://gpu-1:8000/v1", "api_base: http://host-1:8000/v1\n", [], ["gpu-1"]],
  [
    "who logs in, and what is asked",
    "x: postgres://me:word@db/keys?a=b",
    "x: postgres://host-1/keys\n",
    [],
    ["db"],
  ],
  ["a URL that is none", "api_base: 'http://'", "api_base: hidden-1\n", ["http://"], []],
  ["an address to listen on", "host: 10.0.0.7", "host: hidden-1\n", ["10.0.0.7"], []],
  ["comments", "# sk-old\nnum_retries: 3 # of gpu-7", "num_retries: 3\n", [], []],
])("%s: hidden", (_what, written, ...[shown, secrets, hosts]) => {
  const told = hiding();
  expect(redactConfig(written, told)).toBe(shown);
  expect([told.secrets, told.hosts]).toEqual([secrets, hosts]);
});

test("what is no YAML is shown not at all", () => {
  expect(redactConfig("a: [\n", hiding())).toBeNull();
});

import { expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { parseConfig } from "./parse.ts";
import { printPath } from "./problem.ts";
import type { TraceExport } from "./trace-export.ts";

const ONE = `model_list:
  - model_name: a
    litellm_params: {model: openai/served, api_base: http://gpu-1}
`;

function read(rest: string, env: Environment = {}) {
  const { config, problems } = parseConfig({ main: { file: "c", text: ONE + rest }, included: [] }, env);
  if (config === null) throw new Error(JSON.stringify(problems));
  const told = problems.map(({ path, message }) => `${printPath(path)}: ${message}`);
  return { traces: config.traceExport, told };
}

/** Where spans go and with what, in one line each. */
function show({ destinations }: TraceExport): readonly string[] {
  return destinations.map(({ endpoint, headers, headerLists, basic }) =>
    [
      endpoint,
      ...[...headers].map(([name, ref]) => `${name}=${JSON.stringify(ref)}`),
      ...headerLists.map((ref) => JSON.stringify(ref)),
      ...(basic === null ? [] : ["basic", JSON.stringify(basic.user), JSON.stringify(basic.password)]),
    ].join(" "),
  );
}

const LANGFUSE = { LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk", LANGFUSE_HOST: "langfuse:3000/" };
const LANGFUSE_SHOWN =
  'https://langfuse:3000/api/public/otel/v1/traces basic {"from":"env","name":"LANGFUSE_PUBLIC_KEY"} {"from":"env","name":"LANGFUSE_SECRET_KEY"}';
const TO = "rollcall: {traces: {endpoint: http://collector:4318}}";

test.for<[string, string, Environment, readonly string[]]>([
  ["nothing", "", {}, []],
  ["an endpoint", TO, {}, ["http://collector:4318/v1/traces"]],
  [
    "an endpoint with a path, and headers",
    "rollcall: {traces: {endpoint: https://t.example/otlp/x, headers: {Authorization: os.environ/T}}}",
    {},
    ['https://t.example/otlp/x authorization={"from":"env","name":"T"}'],
  ],
  [
    "the base of a variable",
    "",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/otlp/" },
    ["http://c:4318/otlp/v1/traces"],
  ],
  [
    "the whole of a variable",
    "",
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:1/x", OTEL_EXPORTER_OTLP_ENDPOINT: "http://d:4318" },
    ["http://c:1/x"],
  ],
  [
    "the config before variables, with their headers",
    TO,
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://d:4318", OTEL_EXPORTER_OTLP_HEADERS: "a=b" },
    ['http://collector:4318/v1/traces {"from":"env","name":"OTEL_EXPORTER_OTLP_HEADERS"}'],
  ],
  ["a variable set to nothing", "", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, []],
  ["no exporter", "", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none" }, []],
  ["all of it disabled", TO, { OTEL_SDK_DISABLED: "true" }, []],
  [
    "LiteLLM's own variables",
    "litellm_settings: {callbacks: otel}",
    { OTEL_ENDPOINT: "http://c:4318/v1/traces", OTEL_HEADERS: "a=b" },
    ['http://c:4318/v1/traces {"from":"env","name":"OTEL_HEADERS"}'],
  ],
  ["LiteLLM's own variables without its callback", "", { OTEL_ENDPOINT: "http://c:4318" }, []],
  ["Langfuse", "litellm_settings: {success_callback: [langfuse]}", LANGFUSE, [LANGFUSE_SHOWN]],
  ["Langfuse's variables without a callback", "", LANGFUSE, []],
  [
    "Langfuse and a collector",
    `litellm_settings: {success_callback: [langfuse, otel, prometheus]}\n${TO}`,
    LANGFUSE,
    ["http://collector:4318/v1/traces", LANGFUSE_SHOWN],
  ],
  [
    "Langfuse by environment_variables",
    `litellm_settings: {callbacks: [langfuse_otel]}
environment_variables: {LANGFUSE_PUBLIC_KEY: pk, LANGFUSE_SECRET_KEY: sk, LANGFUSE_HOST: https://langfuse:3000}`,
    {},
    [LANGFUSE_SHOWN],
  ],
])("%s: where spans go", ([, rest, env, destinations]) => {
  const { traces, told } = read(rest, env);
  expect(show(traces)).toEqual(destinations);
  expect(told).toEqual([]);
});

test.for<[string, Environment, Pick<TraceExport, "ratio" | "followsParent">]>([
  ["", {}, { ratio: 1, followsParent: true }],
  ["rollcall: {traces: {sampling_ratio: 0.1}}", {}, { ratio: 0.1, followsParent: true }],
  [
    "rollcall: {traces: {sampling_ratio: 0}}",
    { OTEL_TRACES_SAMPLER: "always_on" },
    { ratio: 0, followsParent: true },
  ],
  [
    "",
    { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    { ratio: 0.25, followsParent: true },
  ],
  [
    "",
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" },
    { ratio: 0.5, followsParent: false },
  ],
  [
    "",
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "7" },
    { ratio: 1, followsParent: false },
  ],
  ["", { OTEL_TRACES_SAMPLER: "always_off" }, { ratio: 0, followsParent: false }],
  ["", { OTEL_TRACES_SAMPLER: "xray" }, { ratio: 1, followsParent: true }],
])("%s with %j: which are kept", ([rest, env, { ratio, followsParent }]) => {
  expect(read(rest, env).traces).toMatchObject({ ratio, followsParent });
});

test.for<[string, Environment, Readonly<Record<string, string>>]>([
  ["", {}, { "service.name": "rollcall-gateway" }],
  ["", { OTEL_SERVICE_NAME: "llm" }, { "service.name": "llm" }],
  ["rollcall: {traces: {service_name: mine}}", { OTEL_SERVICE_NAME: "llm" }, { "service.name": "mine" }],
  [
    "",
    { OTEL_RESOURCE_ATTRIBUTES: "service.name=a, deployment.environment.name=prod%20eu,=x,bad" },
    { "service.name": "a", "deployment.environment.name": "prod eu" },
  ],
])("%s with %j: who sends them", ([rest, env, resource]) => {
  expect(read(rest, env).traces.resource).toEqual(resource);
});

test.for<[string, Environment, readonly string[]]>([
  [
    "litellm_settings: {success_callback: [langfuse, otel, prometheus]}",
    {},
    [
      "litellm_settings.success_callback: langfuse has no effect yet: set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY to where spans go",
      "litellm_settings.success_callback: otel has no effect yet: set rollcall.traces.endpoint or OTEL_EXPORTER_OTLP_ENDPOINT to where spans go, over OTLP/HTTP",
    ],
  ],
  [
    "litellm_settings: {callbacks: my.handler, failure_callback: [[1], 2]}",
    {},
    [
      'litellm_settings.callbacks: "my.handler" has no effect here: otel and langfuse send spans, metrics are on /metrics in any case, a log line for each request with rollcall.gateway.access_log',
    ],
  ],
  [
    "",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
    ["rollcall.traces: OTEL_EXPORTER_OTLP_ENDPOINT is not a URL such as http://host:4318: no spans go there"],
  ],
  [
    TO,
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    [
      "rollcall.traces: OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and spans go over HTTP alone: give the endpoint of that, on port 4318 as a rule",
    ],
  ],
])("%s with %j is told what it lacks", ([rest, env, complaints]) => {
  expect(read(rest, env).told).toEqual(complaints);
});

test.for([
  ["endpoint: collector:4318", "expected a URL such as http://host:4318"],
  ["endpoint: https://user:secret@t.example", "without a user name or password"],
  ["headers: {Host: x}", "cannot be set"],
  ["headers: sk-secret", "found a text, expected a map of keys"],
  ["sampling_ratio: 10", "10"],
])("%s is an error that repeats no key", ([setting = "", words]) => {
  const text = `${ONE}rollcall: {traces: {${setting}}}`;
  const { config, problems } = parseConfig({ main: { file: "c", text }, included: [] }, {});
  expect(config).toBeNull();
  const messages = problems.map(({ message }) => message).join();
  expect(messages).toContain(words);
  expect(messages).not.toContain("secret");
});

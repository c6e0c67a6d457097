import type { Reason, Warning } from "@rollcall/contract";
import type { FaultName, Simulator, SimulatorOptions } from "@rollcall/simulator";
import type { Entry } from "./configs.ts";

/** What a deployment is called at the moment. */
export type ReasonNow = () => Reason | undefined;

/** One thing that goes wrong with a backend at night, and what the prober must make of it. */
export interface Scenario {
  readonly what: string;
  readonly options?: SimulatorOptions;
  /** What the config says of it beside its address. */
  readonly entry?: Entry;
  /** Makes of the simulator's address what the config has. */
  readonly base?: (url: string) => string;
  /** Absent where it is wrong from the start; else it is well before. */
  readonly happens?: (simulator: Simulator, reason: ReasonNow) => unknown;
  readonly reason: Reason;
  readonly warning?: Warning;
  /** What a person is told to do, or the evidence. */
  readonly told: RegExp;
}

const fault =
  (name: FaultName, options: Parameters<Simulator["control"]["fault"]>[1] = {}) =>
  ({ control }: Simulator) =>
    control.fault(name, options);

const proxyPage = (name: FaultName, product: string): Scenario => ({
  what: `a proxy's page: ${name}`,
  happens: fault(name),
  reason: "proxy_error",
  told: new RegExp(`${product} answers 50\\d.*upstream`),
});

const starting = (
  kind: NonNullable<SimulatorOptions["kind"]>,
  as: "starting" | "listed" = "starting",
): Scenario => ({
  what: `${kind} loads and ${as === "listed" ? "lists its model" : "says so"}`,
  options: { kind, loadMs: 60_000, loadAs: as },
  reason: "loading",
  told: /503.*Wait/,
});

const tls = (what: string, certificate: NonNullable<SimulatorOptions["tls"]>): Scenario => ({
  what,
  options: { tls: certificate },
  reason: "tls",
  told: /certificate/,
});

const warns = (warning: Warning, told: RegExp, happens: Scenario["happens"]): Scenario => ({
  what: `ready, with the warning ${warning}`,
  ...(happens !== undefined && { happens }),
  reason: "ok",
  warning,
  told,
});

const CANARY = { info: { canary: true } };

/** Comes up and goes away three times. */
async function crash(
  { control }: Simulator,
  reason: ReasonNow,
  come: (holds: () => boolean) => Promise<unknown>,
) {
  for (let fall = 0; fall < 3; fall += 1) {
    await come(() => reason() === "ok");
    await control.kill();
    await come(() => reason() !== "ok");
    if (fall < 2) await control.start();
  }
}

export const SCENARIOS = (come: (holds: () => boolean) => Promise<unknown>): readonly Scenario[] => [
  {
    what: "vLLM loads: bound, not listening",
    options: { loadMs: 60_000 },
    reason: "loading",
    told: /refused.*Wait/,
  },
  {
    what: "it is gone behind docker's published port",
    happens: fault("close-all"),
    reason: "down",
    told: /dropped without an answer/,
  },
  {
    what: "it is reset on every connection",
    happens: fault("reset-all"),
    reason: "down",
    told: /ECONNRESET/,
  },
  { what: "vLLM scales", happens: fault("scaling"), reason: "loading", told: /says that it is loading/ },
  starting("sglang"),
  starting("llamacpp"),
  starting("localai"),
  starting("llamacpp", "listed"),
  {
    what: "it comes and goes",
    happens: (simulator, reason) => crash(simulator, reason, come),
    reason: "crash_loop",
    told: /previous run/,
  },
  {
    what: "its process is gone",
    happens: ({ control }) => control.kill(),
    reason: "down",
    told: /refused.*Start it again/,
  },
  {
    what: "its engine died and then its process",
    happens: async ({ control }, reason) => {
      control.fault("engine-dead");
      await come(() => reason() === "engine_dead");
      await control.kill();
    },
    reason: "down",
    told: /engine had died.*Restart=always/,
  },
  {
    what: "it closes its port, but old streams still run",
    happens: ({ control }) => control.refuse(),
    reason: "down",
    told: /refused/,
  },
  {
    what: "its engine is dead",
    happens: fault("engine-dead"),
    reason: "engine_dead",
    told: /503.*Restart=always/,
  },
  {
    what: "its engine is dead, before vLLM 0.11",
    happens: fault("engine-dead-500"),
    reason: "engine_dead",
    told: /500.*Restart/,
  },
  ...(["tgi", "tei", "tensorrt"] as const).map((kind): Scenario => ({
    what: `${kind}'s engine is dead`,
    options: { kind },
    happens: fault("engine-dead"),
    reason: "engine_dead",
    told: /Restart/,
  })),
  {
    what: "its engine is dead and nothing but a request shows it",
    entry: CANARY,
    happens: async ({ control }) => {
      control.fault("engine-dead-unnoticed");
      await control.restart();
    },
    reason: "engine_dead",
    told: /one token.*engine is dead/,
  },
  {
    what: "its engine hangs",
    happens: fault("frozen-metrics"),
    reason: "hung",
    told: /no progress for \d+ s.*NCCL/,
  },
  {
    what: "its scheduler waits for room that there never will be",
    happens: fault("deadlock"),
    reason: "hung",
    told: /scheduler deadlock.*--max-model-len/,
  },
  { what: "it sleeps", happens: fault("asleep"), reason: "asleep", told: /wake_up/ },
  {
    what: "LMDeploy sleeps",
    options: { kind: "lmdeploy" },
    happens: fault("asleep"),
    reason: "asleep",
    told: /\/health says/,
  },
  {
    what: "SGLang shuts down",
    options: { kind: "sglang" },
    happens: fault("draining"),
    reason: "draining",
    told: /503/,
  },
  {
    what: "vLLM drops requests while it ends",
    entry: CANARY,
    happens: async ({ control }) => {
      control.fault("abort");
      await control.restart();
    },
    reason: "draining",
    told: /finish_reason abort/,
  },
  {
    what: "it has no chat template",
    entry: CANARY,
    happens: async ({ control }) => {
      control.fault("no-chat-template");
      await control.restart();
    },
    reason: "canary_failed",
    told: /--chat-template/,
  },
  {
    what: "every token is the same",
    entry: CANARY,
    happens: async ({ control }) => {
      control.fault("garbage");
      await control.restart();
    },
    reason: "canary_failed",
    told: /all "!".*dtype/,
  },
  {
    what: "a request for a token never ends",
    entry: CANARY,
    happens: async ({ control }) => {
      control.fault("hang");
      await control.restart();
    },
    reason: "canary_failed",
    told: /came to nothing/,
  },
  {
    what: "it serves another name",
    entry: { model: "gpt-oss-120b" },
    options: { servedNames: ["gpt-oss-120b"] },
    happens: ({ control }) => control.rename(["gpt-oss-20b"]),
    reason: "wrong_name",
    told: /expects "gpt-oss-120b".*serves "gpt-oss-20b".*did you mean.*openai\/gpt-oss-20b/,
  },
  {
    what: "its LoRA adapter is gone",
    entry: { model: "adapter" },
    options: { servedNames: ["base"], loras: ["adapter"] },
    happens: ({ control }) => control.unloadAdapter("adapter"),
    reason: "adapter_gone",
    told: /"adapter".*--lora-modules/,
  },
  {
    what: "two servers share its port",
    happens: fault("two-servers", { names: ["other"] }),
    reason: "name_flapping",
    told: /port of its own/,
  },
  {
    what: "its key was changed",
    options: { apiKeys: ["k"] },
    entry: { key: "k" },
    happens: ({ control }) => control.setKeys(["k2"]),
    reason: "wrong_key",
    told: /401 while \/health answers 200/,
  },
  ...(["llamacpp", "tgi"] as const).map((kind): Scenario => ({
    what: `${kind} lists its model to anybody and refuses the key`,
    options: { kind, apiKeys: ["k"] },
    entry: { key: "k2" },
    reason: "wrong_key",
    told: /api_key/,
  })),
  { what: "a proxy forbids the key", happens: fault("forbidden"), reason: "wrong_key", told: /403/ },
  { what: "its routes are gone", happens: fault("no-route"), reason: "wrong_path", told: /404/ },
  {
    what: "v1 is written twice",
    base: (url) => `${url}/v1/v1`,
    reason: "wrong_path",
    told: /Write the path \/v1 in api_base instead of \/v1\/v1/,
  },
  {
    what: "a prefix is written that is not there",
    base: (url) => `${url}/team/v1`,
    reason: "wrong_path",
    told: /Write the path \/v1 in api_base/,
  },
  {
    what: "it redirects",
    happens: fault("redirect", { location: "https://elsewhere.invalid/" }),
    reason: "wrong_path",
    told: /write https:\/\/ in api_base/,
  },
  { what: "it lists nothing", happens: fault("empty-models"), reason: "no_models", told: /Load a model/ },
  { what: "it lists null", happens: fault("null-models"), reason: "no_models", told: /Load a model/ },
  { what: "a web page is on its port", happens: fault("html"), reason: "not_openai", told: /text\/html/ },
  {
    what: "another product's JSON is on its port",
    happens: fault("not-openai"),
    reason: "not_openai",
    told: /no model list/,
  },
  { what: "SSH is on its port", happens: fault("not-http"), reason: "not_openai", told: /not HTTP/ },
  {
    what: "its model list never ends",
    happens: fault("endless-body"),
    reason: "not_openai",
    told: /endless/,
  },
  { what: "its model list drips", happens: fault("slow-drip"), reason: "timeout", told: /no answer in time/ },
  { what: "it answers nothing", happens: fault("hang-all"), reason: "timeout", told: /no answer in time/ },
  {
    what: "it is too busy to list its models",
    happens: fault("models-rate-limit"),
    reason: "server_error",
    told: /429/,
  },
  proxyPage("nginx-502", "nginx"),
  proxyPage("nginx-503", "nginx"),
  proxyPage("nginx-504", "nginx"),
  proxyPage("haproxy-502", "HAProxy"),
  proxyPage("haproxy-503", "HAProxy"),
  proxyPage("haproxy-504", "HAProxy"),
  proxyPage("traefik-502", "Traefik"),
  proxyPage("traefik-503", "Traefik"),
  proxyPage("traefik-504", "Traefik"),
  proxyPage("caddy-502", "Caddy"),
  proxyPage("caddy-503", "Caddy"),
  proxyPage("envoy-503", "Envoy"),
  proxyPage("envoy-504", "Envoy"),
  {
    what: "its host has no address",
    base: () => "http://gpu-1.invalid:8000",
    reason: "dns",
    told: /does not resolve.*Correct the host/,
  },
  {
    what: "https is written for a plain port",
    base: (url) => url.replace("http:", "https:"),
    reason: "tls",
    told: /Write http:\/\//,
  },
  {
    what: "http is written for a TLS port",
    options: { tls: "self-signed" },
    base: (url) => url.replace("https:", "http:"),
    reason: "tls",
    told: /Write https:\/\//,
  },
  tls("its certificate is its own", "self-signed"),
  tls("its certificate has expired", "expired"),
  tls("its certificate is not valid yet", "not-yet-valid"),
  tls("its certificate is for another host", "other-name"),
  warns("saturated", /% full, \d+ waiting/, fault("saturated")),
  warns("weights_changed", /root .* before, \/models\/other now/, ({ control }) =>
    control.setRoot("/models/other"),
  ),
  warns("context_shrunk", /131072 before, 8192 now/, ({ control }) => control.setMaxModelLen(8_192)),
  warns("restarted", /its process is a new one/, ({ control }) => control.restart()),
  warns("version_changed", /0\.32\.0 before, 0\.27\.0 now/, ({ control }) => {
    control.setVersion("0.27.0");
    return control.restart();
  }),
  // A date header has whole seconds.
  warns("clock_skew", /1(19|20) s ahead/, ({ control }) => control.setClock(120_000)),
];

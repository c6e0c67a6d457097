/** Why a deployment is, or is not, ready: one row a reason, which API, CLI, metrics, routing and README go by. */
interface ReasonFacts {
  /** Acts on one probe: asking again would not change the answer. The others need several failures in a row. */
  readonly definite: boolean;
  /** What `Verdict.ready` is: the server may be up though the name is not right. */
  readonly ready: boolean;
  /** Ends without anybody's doing, at any moment: worth asking again soon, for probes and apps alike. */
  readonly selfHealing: boolean;
  /** A request may be queued until it has passed. */
  readonly queueable: boolean;
  /** Nothing answers: it counts towards how long the server was away. */
  readonly absence: boolean;
  /** A request can fail for it: then it is a series of `attempt_failures_total` from the start. */
  readonly failsRequests: boolean;
  /** One failed request is enough to make the deployment the second choice, until the prober has looked. */
  readonly suspectAtOnce: boolean;
  /** Stays until a person has changed something: apps are told not to ask again. */
  readonly needsOperator: boolean;
  /** Whether somebody may have to act. */
  readonly severity: "info" | "warning";
  readonly meaning: string;
  readonly fix: string;
}

const NO_TRAITS = {
  definite: false,
  ready: false,
  selfHealing: false,
  queueable: false,
  absence: false,
  failsRequests: false,
  suspectAtOnce: false,
  needsOperator: false,
  severity: "warning",
} as const;

const TABLE = {
  ok: {
    ...NO_TRAITS,
    definite: true,
    ready: true,
    severity: "info",
    meaning: "Serves the expected name and its engine is alive.",
    fix: "Nothing to do.",
  },
  unknown: {
    ...NO_TRAITS,
    selfHealing: true,
    severity: "info",
    meaning: "Not probed yet: new in the config, or its URL, model or credential reference changed.",
    fix: "Wait one probe interval. If it stays, check that prober and gateway read the same config.",
  },
  loading: {
    ...NO_TRAITS,
    selfHealing: true,
    queueable: true,
    absence: true,
    severity: "info",
    meaning: "Says so itself, or was never seen and refuses connections, within the time a load may take.",
    fix: "Wait: vLLM listens only after the weights are loaded.",
  },
  overdue: {
    ...NO_TRAITS,
    selfHealing: true,
    absence: true,
    meaning: "Still not answering after longer than it usually needs to load.",
    fix: "Read the server's log: KV cache too large, GPU memory held by an orphan, or a failed download.",
  },
  down: {
    ...NO_TRAITS,
    failsRequests: true,
    absence: true,
    suspectAtOnce: true,
    meaning: "It has served and is gone, or refuses connections for far longer than any load takes.",
    fix: "Start the server, or correct api_base. Inside a container, loopback is the container itself.",
  },
  crash_loop: {
    ...NO_TRAITS,
    selfHealing: true,
    absence: true,
    meaning: "Comes up and goes away again, several times in a short while.",
    fix: "Read the log of the previous run, not of the present one.",
  },
  dns: {
    ...NO_TRAITS,
    failsRequests: true,
    suspectAtOnce: true,
    meaning: "The host name in api_base does not resolve.",
    fix: "Correct the host in api_base, or the DNS or hosts entry where Rollcall runs.",
  },
  tls: {
    ...NO_TRAITS,
    failsRequests: true,
    suspectAtOnce: true,
    needsOperator: true,
    meaning: "The TLS handshake failed, or one side speaks TLS and the other does not.",
    fix: "Check http:// against https:// in api_base, the certificate's name and date, and its CA.",
  },
  timeout: {
    ...NO_TRAITS,
    failsRequests: true,
    meaning: "Accepts connections, or swallows them, and does not answer in time.",
    fix: "Check the network path and the server's load; a firewall that drops packets looks like this.",
  },
  wrong_key: {
    ...NO_TRAITS,
    failsRequests: true,
    definite: true,
    suspectAtOnce: true,
    needsOperator: true,
    meaning: "The backend refuses the configured API key (401 or 403).",
    fix: "Make api_key equal to the backend's --api-key.",
  },
  key_missing: {
    ...NO_TRAITS,
    definite: true,
    meaning: "A key, header or certificate that the config refers to cannot be read, so nothing is sent.",
    fix: "Set the variable or put the file in place: it is taken over within a second.",
  },
  wrong_path: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    meaning: "Something answers, but there is no /models below the configured api_base.",
    fix: "Correct the path in api_base: the model list must be at /models or /v1/models below it.",
  },
  not_openai: {
    ...NO_TRAITS,
    failsRequests: true,
    definite: true,
    suspectAtOnce: true,
    needsOperator: true,
    meaning: "The port answers, but not as an OpenAI-compatible server.",
    fix: "Correct host and port in api_base: another service answers there.",
  },
  proxy_error: {
    ...NO_TRAITS,
    failsRequests: true,
    suspectAtOnce: true,
    meaning: "A proxy in front of the backend answers with its own error.",
    fix: "Look at that proxy's upstream: it cannot reach the backend.",
  },
  wrong_name: {
    ...NO_TRAITS,
    failsRequests: true,
    definite: true,
    ready: true,
    needsOperator: true,
    meaning: "The backend serves other names than the one the config expects.",
    fix: "Correct the name in litellm_params.model, or start the backend with --served-model-name.",
  },
  adapter_gone: {
    ...NO_TRAITS,
    definite: true,
    ready: true,
    needsOperator: true,
    meaning: "The LoRA adapter is no longer served, though its base model is.",
    fix: "Load it again: adapters loaded at run time are lost with a restart; --lora-modules keeps them.",
  },
  no_models: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    meaning: "The backend answers with an empty model list.",
    fix: "Load a model on it.",
  },
  asleep: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    meaning: "The engine sleeps: requests would wait for ever.",
    fix: "POST /wake_up on the backend.",
  },
  engine_dead: {
    ...NO_TRAITS,
    failsRequests: true,
    definite: true,
    suspectAtOnce: true,
    needsOperator: true,
    meaning: "The server process answers, but its engine has died.",
    fix: "Restart the backend; run it with Restart=always, since vLLM exits 0 when its engine dies.",
  },
  hung: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    meaning: "Requests are waiting and no progress counter moves.",
    fix: "Restart the backend and look for NCCL or GPU faults in its log.",
  },
  draining: {
    ...NO_TRAITS,
    failsRequests: true,
    definite: true,
    suspectAtOnce: true,
    meaning: "The backend is shutting down and no longer finishes requests.",
    fix: "Nothing to do if it was meant; otherwise start it again.",
  },
  drained: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    severity: "info",
    meaning: "Taken out of use by an operator: it gets no new requests, and goes on with those that it has.",
    fix: "Run `rollcall undrain`, or remove `disabled` from its model_info, when it is to serve again.",
  },
  name_flapping: {
    ...NO_TRAITS,
    definite: true,
    needsOperator: true,
    meaning: "Fresh connections to one port meet different models: two servers share it.",
    fix: "Give each server a port of its own.",
  },
  canary_failed: {
    ...NO_TRAITS,
    meaning: "All looks well from outside, but a request for one token fails.",
    fix: "Send that request by hand and read the backend's log: chat template, dtype, or a broken kernel.",
  },
  server_error: {
    ...NO_TRAITS,
    failsRequests: true,
    meaning: "The backend answers with an error of its own (5xx), or breaks its answers off.",
    fix: "Read the backend's log.",
  },
} as const satisfies Record<string, ReasonFacts>;

/** Closed union of reason codes. */
export type Reason = keyof typeof TABLE;

export const REASONS: Readonly<Record<Reason, ReasonFacts>> = TABLE;

export const REASON_CODES = Object.keys(REASONS) as readonly Reason[];

/** Findings on a backend that is ready all the same: they warn, they do not take it out. */
export const WARNINGS = {
  saturated: {
    meaning: "Its KV cache is full, requests wait and running ones are preempted.",
    fix: "Add a replica, or lower --max-num-seqs.",
  },
  weights_changed: {
    meaning: "Same served name, another model root than before.",
    fix: "Check that the new weights are meant.",
  },
  context_shrunk: {
    meaning: "max_model_len is lower than before.",
    fix: "Pin --max-model-len, and look at what takes the KV cache's room.",
  },
  context_truncated: {
    meaning: "It drops what does not fit into its context, and answers as if it had read all of the prompt.",
    fix: "Raise num_ctx (Ollama), or switch off auto_truncate (TEI), --allow-auto-truncate, truncate_prompt_tokens.",
  },
  version_changed: {
    meaning: "The server's version is another than before.",
    fix: "Nothing to do if the upgrade was meant.",
  },
  restarted: {
    meaning: "The server was restarted a short while ago.",
    fix: "Nothing to do if it was meant; otherwise read the log of the previous run.",
  },
  clock_skew: {
    meaning: "Its clock is more than a minute away from the prober's.",
    fix: "Run NTP on both hosts.",
  },
} as const satisfies Record<string, { readonly meaning: string; readonly fix: string }>;

export type Warning = keyof typeof WARNINGS;

export function isReason(value: unknown): value is Reason {
  return typeof value === "string" && Object.hasOwn(REASONS, value);
}

export function isWarning(value: unknown): value is Warning {
  return typeof value === "string" && Object.hasOwn(WARNINGS, value);
}

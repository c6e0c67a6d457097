/**
 * Why a deployment is, or is not, ready. The one table that the API, the CLI, the metrics and the README print.
 *
 * `definite` findings act on one probe: asking again would not change the answer. The others need several
 * failures in a row.
 */
interface ReasonFacts {
  readonly definite: boolean;
  readonly meaning: string;
  readonly fix: string;
}

export const REASONS = {
  ok: {
    definite: true,
    meaning: "Serves the expected name and its engine is alive.",
    fix: "Nothing to do.",
  },
  unknown: {
    definite: false,
    meaning: "Not probed yet: new in the config, or its URL, model or credential reference changed.",
    fix: "Wait one probe interval. If it stays, check that prober and gateway read the same config.",
  },
  loading: {
    definite: false,
    meaning: "Refuses connections or says so itself, within the time it usually needs to load.",
    fix: "Wait: vLLM listens only after the weights are loaded.",
  },
  overdue: {
    definite: false,
    meaning: "Still not answering after longer than it usually needs to load.",
    fix: "Read the server's log: KV cache too large, GPU memory held by an orphan, or a failed download.",
  },
  down: {
    definite: false,
    meaning: "Refuses connections for far longer than any load takes.",
    fix: "Start the server, or correct api_base. Inside a container, localhost is the container itself.",
  },
  crash_loop: {
    definite: false,
    meaning: "Comes up and goes away again, several times in a short while.",
    fix: "Read the log of the previous run, not of the present one.",
  },
  dns: {
    definite: false,
    meaning: "The host name in api_base does not resolve.",
    fix: "Correct the host in api_base, or the DNS or hosts entry where Rollcall runs.",
  },
  tls: {
    definite: false,
    meaning: "The TLS handshake failed, or one side speaks TLS and the other does not.",
    fix: "Check http:// against https:// in api_base, the certificate's name and date, and its CA.",
  },
  timeout: {
    definite: false,
    meaning: "Accepts connections, or swallows them, and does not answer in time.",
    fix: "Check the network path and the server's load; a firewall that drops packets looks like this.",
  },
  wrong_key: {
    definite: true,
    meaning: "The backend refuses the configured API key (401 or 403).",
    fix: "Make api_key equal to the backend's --api-key.",
  },
  wrong_path: {
    definite: true,
    meaning: "Something answers, but there is no /models below the configured api_base.",
    fix: "Correct the path in api_base: it should end in /v1 once, after the proxy's prefix if there is one.",
  },
  not_openai: {
    definite: true,
    meaning: "The port answers, but not as an OpenAI-compatible server.",
    fix: "Correct host and port in api_base: another service answers there.",
  },
  proxy_error: {
    definite: false,
    meaning: "A proxy in front of the backend answers with its own error.",
    fix: "Look at that proxy's upstream: it cannot reach the backend.",
  },
  wrong_name: {
    definite: true,
    meaning: "The backend serves other names than the one the config expects.",
    fix: "Correct the name in litellm_params.model, or start the backend with --served-model-name.",
  },
  adapter_gone: {
    definite: true,
    meaning: "The LoRA adapter is no longer served, though its base model is.",
    fix: "Load it again: adapters loaded at run time are lost with a restart; --lora-modules keeps them.",
  },
  no_models: {
    definite: true,
    meaning: "The backend answers with an empty model list.",
    fix: "Load a model on it.",
  },
  asleep: {
    definite: true,
    meaning: "The engine sleeps: requests would wait for ever.",
    fix: "POST /wake_up on the backend.",
  },
  engine_dead: {
    definite: true,
    meaning: "The server process answers, but its engine has died.",
    fix: "Restart the backend; run it with Restart=always, since vLLM exits 0 when its engine dies.",
  },
  hung: {
    definite: true,
    meaning: "Requests are waiting and no progress counter moves.",
    fix: "Restart the backend and look for NCCL or GPU faults in its log.",
  },
  draining: {
    definite: true,
    meaning: "The backend is shutting down and no longer finishes requests.",
    fix: "Nothing to do if it was meant; otherwise start it again.",
  },
  name_flapping: {
    definite: true,
    meaning: "Fresh connections to one port meet different models: two servers share it.",
    fix: "Give each server a port of its own.",
  },
  canary_failed: {
    definite: false,
    meaning: "All looks well from outside, but a request for one token fails.",
    fix: "Send that request by hand and read the backend's log: chat template, dtype, or a broken kernel.",
  },
  server_error: {
    definite: false,
    meaning: "The backend answers with an error of its own (5xx).",
    fix: "Read the backend's log.",
  },
} as const satisfies Record<string, ReasonFacts>;

/** Closed union of reason codes. */
export type Reason = keyof typeof REASONS;

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

/** What becomes of an option of LiteLLM's that has no equivalent here. */
export type Treatment =
  /** The start goes on, and a line says why it makes no difference or where to write it. */
  | "ignored"
  /** It asks for something else than a start, or would change what apps get: nothing starts. */
  | "refused";

export interface LitellmOption {
  readonly flags: string;
  readonly treatment: Treatment;
  /** Follows `--flag: `. Empty where there is nothing to say. */
  readonly text: string;
  /** Variable that LiteLLM takes it from, too; read here only where the option is refused. */
  readonly variable?: string;
}

const NO_DATABASE = "there is no database here";
const ONE_SERVER = "no effect: there is one server, and --num_workers says how many processes share its port";
const WRITE_MODEL = "describe the model in model_list of a config";
const PLAIN_HTTP = "the gateway speaks plain HTTP: leave this out and put TLS in front, such as nginx";

const ignored = (flags: string, text: string): LitellmOption => ({ flags, treatment: "ignored", text });
const refused = (flags: string, text: string, variable?: string): LitellmOption => ({
  flags,
  treatment: "refused",
  text,
  ...(variable === undefined ? {} : { variable }),
});

/**
 * Every option of LiteLLM's command line that is not one of ours. Names and arguments are those of `litellm --help` in
 * 1.108.7.
 */
export const LITELLM_OPTIONS: readonly LitellmOption[] = [
  ignored("--debug", ""),
  ignored("--local", ""),
  ignored("--telemetry <boolean>", ""),
  ignored("--use_queue", ONE_SERVER),
  ignored("--run_gunicorn", ONE_SERVER),
  ignored("--run_hypercorn", ONE_SERVER),
  ignored("--run_granian", ONE_SERVER),
  ignored("--granian_threads <number>", ONE_SERVER),
  ignored(
    "--timeout_worker_healthcheck <seconds>",
    "no effect: a worker that hangs or dies is started again",
  ),
  ignored("--max_requests_before_restart <number>", "no effect: workers need no recycling"),
  ignored("--max_requests_before_restart_jitter <number>", "no effect: workers need no recycling"),
  ignored("--keepalive_timeout <seconds>", "no effect: how long idle connections stay open is fixed"),
  ignored("--limit_concurrency <number>", "no effect: write rollcall.gateway.max_connections in the config"),
  ignored("--reload", "no effect: a config that changes is always taken over"),
  ignored("--prometheus_metrics_port <port>", "no effect: /metrics is on the ports of gateway and prober"),
  ignored("--log_config <file>", "no effect: logs are JSON lines on standard output, see --log-level"),
  ignored("--drop_params", "no effect: write litellm_settings.drop_params in the config"),
  ignored("--request_timeout <seconds>", "no effect: write litellm_settings.request_timeout in the config"),
  ignored("--add_function_to_prompt", "no effect: the backend's own chat template has the tools"),
  ignored("--max_budget <amount>", "no effect: nothing is spent on one's own servers"),
  ignored("--iam_token_db_auth", `no effect: ${NO_DATABASE}`),
  ignored("--azure_postgresql_auth", `no effect: ${NO_DATABASE}`),
  ignored("--use_prisma_db_push", `no effect: ${NO_DATABASE}`),
  ignored("--enforce_prisma_migration_check", `no effect: ${NO_DATABASE}`),
  ignored("--use_v2_migration_resolver", `no effect: ${NO_DATABASE}`),
  ignored("--use_legacy_migration_resolver", `no effect: ${NO_DATABASE}`),
  refused("--skip_server_startup", `${NO_DATABASE} to set up: leave this run out`),
  refused("-m, --model <model>", WRITE_MODEL),
  refused("--alias <name>", WRITE_MODEL),
  refused("--api_base <url>", WRITE_MODEL),
  refused("--api_version <version>", WRITE_MODEL),
  refused("--headers <json>", WRITE_MODEL),
  refused("--temperature <number>", WRITE_MODEL),
  refused("--max_tokens <number>", WRITE_MODEL),
  refused("--add_key <key>", WRITE_MODEL),
  refused("--save", WRITE_MODEL),
  refused(
    "--setup",
    "there is no wizard: write a config, and `rollcall check FILE` says what is wrong with it",
  ),
  refused(
    "--health",
    "`rollcall status` says how every deployment is, `rollcall check FILE --probe` asks them",
  ),
  refused("--test", "`rollcall compare` sends test requests, and so does curl"),
  refused("--test_async", "`rollcall compare` sends test requests, and so does curl"),
  refused("--num_requests <number>", "`rollcall compare` sends test requests, and so does curl"),
  refused("--ssl_keyfile_path <file>", PLAIN_HTTP, "SSL_KEYFILE_PATH"),
  refused("--ssl_certfile_path <file>", PLAIN_HTTP, "SSL_CERTFILE_PATH"),
  refused("--ciphers <list>", PLAIN_HTTP),
];

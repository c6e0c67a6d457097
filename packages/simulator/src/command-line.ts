import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./duration.ts";
import { FAULT_NAMES, type FaultName } from "./faults/catalogue.ts";
import { KIND_NAMES, type KindName } from "./kinds/kind-name.ts";
import { LOAD_AS, type LoadAs } from "./life.ts";
import { CERTIFICATE_KINDS, type CertificateKind } from "./tls/self-signed.ts";
import { ERROR_BODIES, type ErrorBodies } from "./vllm/error-body.ts";
import { number, portNumber, wholeNumber } from "./number-flag.ts";
import { METRICS_STYLES, type MetricsStyle } from "./vllm/metrics-page/metrics-style.ts";
import { type Task, TASKS } from "./vllm/task.ts";

/** The flags as given. Those that vLLM has carry vLLM's names. */
export interface Flags {
  kind?: KindName;
  host: string;
  port: number;
  servedModelName?: string[];
  model?: string;
  loraModules?: string[];
  maxModelLen?: number;
  apiKey?: string[];
  load?: number;
  loadAs?: LoadAs;
  tokensPerSecond?: number;
  firstToken?: number;
  errorBodies?: ErrorBodies;
  metricsStyle?: MetricsStyle;
  task?: Task[];
  without?: string[];
  maxNumSeqs?: number;
  devMode?: boolean;
  tls?: CertificateKind;
  fault?: FaultName;
  replay?: Record<string, string>;
  seed?: number;
  controlPort?: number;
}

/** A wrong command line ends the process with this code (EX_USAGE). */
const USAGE = 64;

export function parseCommandLine(args: readonly string[]): Flags {
  return program().parse(args, { from: "user" }).opts<Flags>();
}

function program(): Command {
  return new Command("simulator")
    .description("A fake vLLM, or another kind of server, true on the wire, with its failures on a switch.")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE))
    .addOption(new Option("--kind <kind>", "the server to play; default vllm").choices(KIND_NAMES))
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 = any free one", portNumber, 8000)
    .option("--served-model-name <names...>", "names that /v1/models lists; the first is echoed in answers")
    .option("--model <path>", "`root` of the models")
    .option("--lora-modules <names...>", "adapters, as NAME or NAME=PATH")
    .option("--max-model-len <tokens>", "context length", wholeNumber)
    .option("--api-key <keys...>", "keys that are accepted; none = no key is asked for")
    .option("--load <duration>", "refuse connections that long first, as a loading vLLM does", duration)
    .addOption(new Option("--load-as <look>", "what is seen meanwhile").choices(LOAD_AS))
    .option("--tokens-per-second <n>", "speed of an answer; 0 = as fast as possible", number)
    .option("--first-token <duration>", "time to the first token", duration)
    .addOption(new Option("--error-bodies <style>", "generation of error bodies").choices(ERROR_BODIES))
    .addOption(new Option("--metrics-style <style>", "how /metrics looks").choices(METRICS_STYLES))
    .addOption(new Option("--task <tasks...>", "what the model is for").choices(TASKS))
    .option("--without <paths...>", "paths that it does not have, such as /v1/embeddings")
    .option("--max-num-seqs <n>", "requests that the engine runs at once", wholeNumber)
    .option("--dev-mode", "with /is_sleeping, /sleep and /wake_up")
    .addOption(new Option("--tls <certificate>", "speak TLS").choices(CERTIFICATE_KINDS))
    .addOption(new Option("--fault <name>", "a fault to start with").choices(FAULT_NAMES))
    .option("--replay <path=file...>", "recorded answers, each played on a path", replays)
    .option("--seed <n>", "same seed, same answers", wholeNumber)
    .option("--control-port <port>", "switches over HTTP on this port of 127.0.0.1", portNumber);
}

/** Called for each of the values, with what the ones before have come to. */
function replays(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, path, file] = /^(\/[^=]*)=(.+)$/.exec(text) ?? [];
  if (path !== undefined && file !== undefined) return { ...before, [path]: file };
  throw new InvalidArgumentError("Expected PATH=FILE, such as /v1/chat/completions=chat.http.");
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("Expected a duration such as 500ms, 10s or 2m.");
}

import type { KindName } from "./kinds/kind-name.ts";
import type { LoadAs } from "./life.ts";
import type { CertificateKind } from "./tls/self-signed.ts";
import type { ErrorBodies } from "./vllm/error-body.ts";
import type { MetricsStyle } from "./vllm/metrics-page/metrics-style.ts";
import type { Task } from "./vllm/task.ts";

/** How a simulator starts. Everything a control can change later goes back to these values on reset. */
export interface SimulatorOptions {
  /** Default "vllm". */
  kind?: KindName;
  /** Default "127.0.0.1". */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Default ["gpt-oss-120b"]. The first one is echoed in every answer, whichever was asked for. */
  servedNames?: string[];
  /** Adapter names. Default none. */
  loras?: string[];
  /** What vLLM was given as --model. Default `/models/${servedNames[0]}`. */
  root?: string;
  /** Default 131072. */
  maxModelLen?: number;
  /** Default none: no key is asked for. */
  apiKeys?: string[];
  /** Default 0: as fast as possible. */
  tokensPerSecond?: number;
  /** Default 0. */
  firstTokenMs?: number;
  /** Starts as a loading vLLM does: the port is taken, connections are refused. Default: ready at once. */
  loadMs?: number;
  /** What is seen meanwhile. Default "refused". */
  loadAs?: LoadAs;
  /** Same seed, same answers, vectors and ids. Default 1. */
  seed?: number;
  /** Default: a recent one of its kind, "0.32.0" for vLLM. */
  version?: string;
  /** What the model is for. Default: ["generate"] for vLLM and llama.cpp, ["embed"] for TEI, both for other kinds. */
  tasks?: Task[];
  /** Paths that it does not have, whatever its kind has. Default none. */
  without?: string[];
  /** Requests that the engine runs at once (--max-num-seqs); the others wait. Default: all. */
  maxNumSeqs?: number;
  /** Which generation of error bodies is spoken. Default "nested". */
  errorBodies?: ErrorBodies;
  /** Files of recorded answers by the path that they are played on. Default none. */
  replay?: Record<string, string>;
  /** vLLM's VLLM_SERVER_DEV_MODE: /is_sleeping, /sleep and /wake_up are there. Default false. */
  devMode?: boolean;
  /** vLLM's VLLM_ENABLE_RESPONSES_API_STORE: responses are kept, to be asked for and gone on from. Default false. */
  responsesStore?: boolean;
  /** Answers end by themselves after so many tokens. Default: as many as `max_tokens` allows, 12 where it says nothing. */
  answerTokens?: number;
  /** How /metrics looks. Default "current". */
  metricsStyle?: MetricsStyle;
  /** Speaks TLS with a certificate of its own making. Default: plain HTTP. */
  tls?: CertificateKind;
  /** Idle connections are closed after this. Default 5000, as VLLM_HTTP_TIMEOUT_KEEP_ALIVE. */
  keepAliveMs?: number;
  /** The wall clock behind `created`, the date header and the start time. Default Date.now. */
  now?: () => number;
}

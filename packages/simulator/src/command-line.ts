import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./duration.ts";
import { FAULT_NAMES, type FaultName } from "./faults/catalogue.ts";
import { ERROR_BODIES, type ErrorBodies } from "./vllm/error-body.ts";

/** The flags as given. Those that vLLM has carry vLLM's names. */
export interface Flags {
  host: string;
  port: number;
  servedModelName?: string[];
  model?: string;
  loraModules?: string[];
  maxModelLen?: number;
  apiKey?: string[];
  load?: number;
  tokensPerSecond?: number;
  firstToken?: number;
  errorBodies?: ErrorBodies;
  fault?: FaultName;
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
    .description("A fake vLLM, true on the wire, with its failures on a switch.")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE))
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 = any free one", portNumber, 8000)
    .option("--served-model-name <names...>", "names that /v1/models lists; the first is echoed in answers")
    .option("--model <path>", "`root` of the models")
    .option("--lora-modules <names...>", "adapters, as NAME or NAME=PATH")
    .option("--max-model-len <tokens>", "context length", wholeNumber)
    .option("--api-key <keys...>", "keys that are accepted; none = no key is asked for")
    .option("--load <duration>", "refuse connections that long first, as a loading vLLM does", duration)
    .option("--tokens-per-second <n>", "speed of an answer; 0 = as fast as possible", number)
    .option("--first-token <duration>", "time to the first token", duration)
    .addOption(new Option("--error-bodies <style>", "generation of error bodies").choices(ERROR_BODIES))
    .addOption(new Option("--fault <name>", "a fault to start with").choices(FAULT_NAMES))
    .option("--seed <n>", "same seed, same answers", wholeNumber)
    .option("--control-port <port>", "switches over HTTP on this port of 127.0.0.1", portNumber);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("Expected a number from 0 on.");
}

function wholeNumber(text: string): number {
  const value = number(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError("Expected a whole number.");
}

function portNumber(text: string): number {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("Expected a port, at most 65535.");
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("Expected a duration such as 500ms, 10s or 2m.");
}

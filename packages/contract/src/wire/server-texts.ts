import type { ErrorBody } from "./error-body.ts";

/** vLLM, all versions: the text is the only thing that tells a dead engine from one failed request. */
export function saysEngineDead(message: string): boolean {
  return /EngineCore encountered|Background loop|Engine loop is not running|EngineDead/.test(message);
}

/** vLLM's answer to what still reaches it after a SIGTERM. */
export function saysShuttingDown(message: string): boolean {
  return message.includes("cannot schedule new futures after shutdown");
}

/** One pattern serves the wordings of all vLLM versions; the last two are of too many output tokens, and llama.cpp's. */
export function saysContextTooLong(message: string): boolean {
  return /maximum context length (?:is|of|\()\s*\d+|longer than the maximum model length|cannot be greater than max_model_len|exceeds the available context size/i.test(
    message,
  );
}

/**
 * llama.cpp answers 500 to an image it has no projector for, to what is no JSON, to messages and tools that it cannot read, and to a chat its template refuses.
 */
export function saysClientMistake(message: string): boolean {
  return /^(?:image|audio|video) input is not supported|\[json\.exception\.parse_error|^Failed to parse (?:messages|tools): |^Jinja Exception:/.test(
    message,
  );
}

/**
 * Does an error of status 404 say that the server has no model of this name? A route that is missing is a 404 too, and a
 * request can bring other names along (an adapter, a tool): type and name must both be there.
 * vLLM, LMDeploy: NotFoundError; its Rust frontend: model_not_found; Ollama: not_found_error.
 */
export function saysUnknownModel({ message, type, code }: ErrorBody, name: string): boolean {
  if (code !== "model_not_found" && type !== "NotFoundError" && type !== "not_found_error") return false;
  return ["`", "'", '"'].some((quote) => message.includes(`model ${quote}${name}${quote}`));
}

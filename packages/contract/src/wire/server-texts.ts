import type { ErrorBody } from "./error-body.ts";

/** vLLM, all versions: the text is the only thing that tells a dead engine from one failed request. */
export function saysEngineDead(message: string): boolean {
  return /EngineCore encountered|Background loop|Engine loop is not running|EngineDead/.test(message);
}

/** One pattern serves the wordings of all vLLM versions. */
export function saysContextTooLong(message: string): boolean {
  return /maximum context length (?:is|of|\()\s*\d+|longer than the maximum model length/i.test(message);
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

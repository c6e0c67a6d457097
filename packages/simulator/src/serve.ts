import { frontAnswer } from "./faults/front-answers.ts";
import type { ServerKind } from "./kinds/server-kind.ts";
import { play } from "./replay/play.ts";
import { type Call, send } from "./vllm/call.ts";
import { isInference } from "./vllm/inference-routes.ts";
import { Refusal } from "./vllm/refusal.ts";

/** Answers one request in the order of a real set-up: what stands in front, the key, a recorded answer, the route. */
export async function serve(call: Call, kind: ServerKind): Promise<void> {
  if (await answeredInFront(call)) return;
  if (!allowed(call, kind)) return send(call, kind.unauthorized);
  const replay = call.backend.replays.take(call.exchange.path);
  if (replay !== undefined) return play(call.exchange, replay);
  try {
    await kind.routeFor(call)(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(call, kind.dialect.error(error.error, call.backend.settings));
  }
}

async function answeredInFront({ exchange, backend, fault }: Call): Promise<boolean> {
  if (fault === undefined) return false;
  if (fault.name === "reset-all" || fault.name === "close-all") {
    exchange.cut(fault.name === "reset-all" ? "reset" : "end");
    return true;
  }
  if (fault.name === "not-http") {
    exchange.cutAfter("SSH-2.0-OpenSSH_9.6\r\n");
    return true;
  }
  if (fault.name === "hang-all") {
    await exchange.silence();
    return true;
  }
  const answer = frontAnswer(fault, exchange.path, isInference(exchange.path));
  if (answer === undefined) return false;
  const { status, headers, body } = answer;
  exchange.answer(status, { date: new Date(backend.now()).toUTCString(), ...headers }, body);
  return true;
}

/** OPTIONS passes, and the scheme is taken in any case. */
function allowed({ exchange, backend, seen }: Call, kind: ServerKind): boolean {
  const keys = backend.settings.apiKeys;
  if (keys.length === 0 || exchange.method === "OPTIONS") return true;
  if (!kind.guards(exchange.path, backend.engine.stage)) return true;
  return seen.apiKey !== undefined && keys.includes(seen.apiKey);
}

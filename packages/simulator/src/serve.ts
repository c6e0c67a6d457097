import { faultOf } from "./faults/fault-switch.ts";
import { frontAnswer } from "./faults/front-answers.ts";
import type { ServerKind } from "./kinds/server-kind.ts";
import { play } from "./replay/play.ts";
import { type Replay, replayOf } from "./replay/replays.ts";
import { type Call, send } from "./vllm/call.ts";
import { isInference } from "./vllm/inference-routes.ts";
import { Refusal } from "./vllm/refusal.ts";

/** Answers one request in the order of a real set-up: what stands in front, the key, a recorded answer, the route. */
export async function serve(received: Call, kind: ServerKind): Promise<void> {
  const scripted = await askScript(received);
  const call = "call" in scripted ? scripted.call : received;
  if (call.fault?.name === "gzip") call.exchange.compress();
  if (await answeredInFront(call)) return;
  if (!allowed(call, kind)) return send(call, kind.unauthorized);
  if ("replay" in scripted) return play(call.exchange, scripted.replay);
  const replay = call.backend.replays.take(call.exchange.path);
  if (replay !== undefined) return play(call.exchange, replay);
  try {
    await kind.routeFor(call)(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(call, kind.dialect.error(error.error, call.backend.settings));
  }
}

/** What the script of this path makes of the request, if there is one. */
async function askScript(call: Call): Promise<{ readonly call: Call } | { readonly replay: Replay }> {
  const script = call.backend.replays.scriptOf(call.exchange.path);
  if (script === undefined) return { call };
  const body = await call.exchange.readBody();
  const scripted = script(body?.toString() ?? "");
  if (scripted === null) return { call };
  if ("fault" in scripted) return { call: { ...call, fault: faultOf(scripted.fault) } };
  const { replay, ...options } = scripted;
  return { replay: replayOf(replay, options) };
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

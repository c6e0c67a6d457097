import { frontAnswer } from "../faults/front-answers.ts";
import { json } from "./answer.ts";
import { type Call, send } from "./call.ts";
import { errorAnswer } from "./error-body.ts";
import { Refusal } from "./refusal.ts";
import { isInference, routeFor } from "./routes.ts";

/** Answers one request in the order of a real set-up: what stands in front, the key, the route. */
export async function serve(call: Call): Promise<void> {
  if (await answeredInFront(call)) return;
  if (!allowed(call)) return send(call, json(401, { error: "Unauthorized" }));
  try {
    await routeFor(call)(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(call, errorAnswer(error.error, call.backend.settings.errorBodies));
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
  const answer = frontAnswer(fault.name, exchange.path, isInference(exchange.path));
  if (answer === undefined) return false;
  const { status, headers, body } = answer;
  exchange.answer(status, { date: new Date(backend.now()).toUTCString(), ...headers }, body);
  return true;
}

/** The middleware guards the prefix /v1, lets OPTIONS pass, and takes the scheme in any case. */
function allowed({ exchange, backend, seen }: Call): boolean {
  const keys = backend.settings.apiKeys;
  if (keys.length === 0 || !exchange.path.startsWith("/v1") || exchange.method === "OPTIONS") return true;
  return seen.apiKey !== undefined && keys.includes(seen.apiKey);
}

import type { HttpBindings } from "@hono/node-server";
import {
  didYouMean,
  DISABLED_BY,
  err,
  isRecord,
  isRoutable,
  ok,
  type Drained,
  type Result,
} from "@rollcall/contract";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { DrainOrder } from "../remember/drains.ts";
import { aliasOf } from "./alias-of.ts";
import type { ProberHttp } from "./context.ts";
import { ordersOnly } from "./details.ts";

/** What `POST` and `DELETE /drain/<deployment>` answer. */
export interface DrainAnswer {
  /** Those that were named, as they are now. */
  readonly deployments: readonly {
    readonly deployment: string;
    readonly alias: string;
    readonly drained: Drained | null;
    /** Its reason now. */
    readonly reason: string;
  }[];
  /** Aliases of theirs that have no deployment left that may be called. */
  readonly unavailable: readonly string[];
  /** False: the state could not be written, and a restart of the prober forgets this. */
  readonly kept: boolean;
  /** What stands in the way of giving them back. */
  readonly error?: string;
}

/** In characters. */
const LONGEST = { by: 128, reason: 256 } as const;

const MOST_BYTES = 4_096;

/** So many deployments of an alias are named. */
const NAMED = 20;

/** Line breaks, escape sequences, and marks that turn text round. */
const PRINTABLE = /^\P{C}+$/u;

/**
 * `POST /drain/<deployment>` takes it out of use, `DELETE` gives it back; both may be repeated. `?all` takes an alias and
 * means all its deployments. The body, which may be empty, is `{by?, reason?}`.
 */
export function drainRoutes(http: ProberHttp): Hono {
  const app = new Hono();
  const mayOrder = ordersOnly(http);
  const limit = bodyLimit({
    maxSize: MOST_BYTES,
    onError: (c) => c.json({ error: `the body is longer than ${MOST_BYTES} bytes` }, 413),
  });
  app.post("/drain/:name{.+}", mayOrder, limit, (c) => carryOut(c, "drain", http));
  app.delete("/drain/:name{.+}", mayOrder, limit, (c) => carryOut(c, "undrain", http));
  return app;
}

async function carryOut(c: Context, action: DrainOrder["action"], http: ProberHttp): Promise<Response> {
  const words = readWords(await c.req.text(), clientOf(c));
  if (!words.ok) return c.json({ error: words.error }, 400);
  const named = findNamed(c.req.param("name") ?? "", c.req.query("all") !== undefined, http);
  if (!named.ok) return c.json({ error: named.error.message }, named.error.status);
  const kept = await http.prober.order({ action, deployments: named.value, ...words.value });
  const answer = printOrdered(named.value, kept, http);
  const held = answer.deployments.filter(({ drained }) => drained?.by === DISABLED_BY);
  if (action === "drain" || held.length === 0) return c.json(answer);
  const ids = held.map(({ deployment }) => JSON.stringify(deployment)).join(", ");
  const error = `the config holds ${ids} drained: remove model_info.disabled there`;
  return c.json({ ...answer, error }, 409);
}

function printOrdered(ids: readonly string[], kept: boolean, { prober }: ProberHttp): DrainAnswer {
  const verdicts = prober.fleet.verdicts();
  const named = verdicts.filter(({ deployment }) => ids.includes(deployment));
  const aliases = [...new Set(named.map(({ alias }) => alias))];
  return {
    deployments: named.map(({ deployment, alias, drained = null, reason }) => ({
      deployment,
      alias,
      drained,
      reason,
    })),
    unavailable: aliases.filter(
      (alias) => !verdicts.some((verdict) => verdict.alias === alias && isRoutable(verdict)),
    ),
    kept,
  };
}

interface Unnamed {
  readonly status: 400 | 404;
  readonly message: string;
}

/** The ids that a name stands for. An alias may lead to many: that must be said. */
function findNamed(
  name: string,
  all: boolean,
  { settings }: Pick<ProberHttp, "settings">,
): Result<readonly string[], Unnamed> {
  const { config } = settings.get();
  const ids = config.deployments.map(({ id }) => id);
  const ofAlias = (config.aliases.get(aliasOf(name, config)) ?? []).map(({ id }) => id);
  if (all && ofAlias.length > 0) return ok(ofAlias);
  if (ids.includes(name)) return ok([name]);
  const quoted = JSON.stringify(name);
  if (ofAlias.length === 0) {
    const known = [...ids, ...config.aliases.keys(), ...config.groupAliases.keys()];
    const message = `no alias or deployment ${quoted} in the config${didYouMean(name, known)}`;
    return err({ status: 404, message });
  }
  const some = ofAlias.length > NAMED ? [...ofAlias.slice(0, NAMED), "…"] : ofAlias;
  const message = `${quoted} is an alias: name one of its deployments (${some.join(", ")}), or all of them with --all (?all)`;
  return err({ status: 400, message });
}

/** Who says it, and why; whoever gives no name is called by the address. */
function readWords(body: string, client: string): Result<Pick<DrainOrder, "by" | "reason">, string> {
  const written = parse(body === "" ? "{}" : body);
  if (written === null) return err("the body must be a JSON object: {by?, reason?}");
  const words: { by: string; reason?: string } = { by: client };
  for (const [key, value] of Object.entries(written)) {
    if (key !== "by" && key !== "reason") return err(`no field ${JSON.stringify(key)}: there are by, reason`);
    if (typeof value !== "string" || !PRINTABLE.test(value) || value.length > LONGEST[key])
      return err(`${key} must be a text of 1 to ${LONGEST[key]} characters without control characters`);
    if (key === "by" && value === DISABLED_BY) return err(`by must not be ${DISABLED_BY}: that is the file`);
    words[key] = value;
  }
  return ok(words);
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function clientOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming?.socket.remoteAddress ?? "unknown";
}

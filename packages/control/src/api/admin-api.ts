import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { Clock } from "@rollcall/contract";
import type { Cell, RejectionLog, Settings } from "@rollcall/runtime";
import { ExpectedKeys } from "@rollcall/runtime";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { refuseRoute } from "../access/admin-routes.ts";
import { authenticate } from "../access/authenticate.ts";
import { MASTER, type Caller } from "../access/caller.ts";
import type { FailedAttempts } from "../access/failed-attempts.ts";
import { pepperOf } from "../access/pepper.ts";
import type { ChangeQueue } from "../directory/change-queue.ts";
import type { Directory } from "../directory/directory.ts";
import type { Lots } from "../objects/secrets.ts";
import { readBody } from "./body.ts";
import type { Call, Outcome, World } from "./call.ts";
import { refuseVisit } from "./door.ts";
import { changeOf } from "./execute.ts";
import { isRefusal, notFound, printRefusal, type Refusal } from "./refusal.ts";
import type { AdminRoute } from "./route.ts";
import { ADMIN_ROUTES, LATER_ROUTES } from "./routes.ts";
import { RequestChecker } from "./validate.ts";

export interface AdminApiOptions {
  readonly settings: Cell<Settings>;
  readonly directory: Directory;
  readonly queue: Pick<ChangeQueue, "commit" | "isCurrent" | "retry">;
  readonly store: World["store"];
  readonly clock: Clock;
  readonly lots: Lots;
  readonly failedAttempts: FailedAttempts;
  readonly metrics: AdminObserver;
  readonly rejections: Pick<RejectionLog, "add">;
}

/** Hears of every request that was answered. */
export interface AdminObserver {
  /** `route`: a path of the table; what clients invent is `other`. */
  adminAnswered(route: string, status: number): void;
}

const FOR_MASTERS: Refusal = {
  status: 403,
  message: "Only the master key may ask for this",
  type: "auth_error",
  param: null,
};

type Env = { Bindings: HttpBindings };

/** Where a request came in: on the network, or on the socket of this host. `boundTo` null: the socket. */
export interface Entrance {
  readonly boundTo: string | null;
}

/** The routes by which people and programs manage keys, as LiteLLM has them. */
export class AdminApi {
  readonly #options: AdminApiOptions;
  readonly #checkers = new Map(ADMIN_ROUTES.map((route) => [route, new RequestChecker(route)]));

  constructor(options: AdminApiOptions) {
    this.#options = options;
  }

  /** All routes, as they are reached through one entrance. */
  app(entrance: Entrance): Hono<Env> {
    const app = new Hono<Env>();
    for (const route of ADMIN_ROUTES)
      app.on(route.method, route.path, (c) => this.#answer(c, { route, entrance }));
    for (const path of LATER_ROUTES)
      app.all(path, (c) => this.#guarded(c, { path, entrance }, () => notYet(path)));
    return app;
  }

  /** For what only the master key may ask for. */
  mastersOnly(entrance: Entrance): MiddlewareHandler<Env> {
    return async (c, next) => {
      const found = this.#admit(c, entrance);
      if (isRefusal(found)) return this.#refuse(c, "other", found);
      if (found !== MASTER) return this.#refuse(c, "other", FOR_MASTERS);
      await next();
      return undefined;
    };
  }

  #answer(c: Context<Env>, { route, entrance }: { route: AdminRoute; entrance: Entrance }) {
    return this.#guarded(c, { path: route.path, entrance }, (caller) => this.#decide(c, { route, caller }));
  }

  /** Whatever is asked for, first: whence, by whom. */
  async #guarded(
    c: Context<Env>,
    { path, entrance }: { readonly path: string; readonly entrance: Entrance },
    next: (caller: Caller) => Promise<Response | Refusal> | Refusal,
  ): Promise<Response> {
    const found = this.#admit(c, entrance);
    const answer = isRefusal(found) ? found : await next(found);
    if (!(answer instanceof Response)) return this.#refuse(c, path, answer);
    this.#options.metrics.adminAnswered(path, answer.status);
    return answer;
  }

  #admit(c: Context<Env>, { boundTo }: Entrance): Caller | Refusal {
    const { clock, directory, failedAttempts, settings } = this.#options;
    const current = settings.get();
    const { control, gateway } = current.config;
    if (control.adminRoutes === "off") return notFound("Not found");
    const { headers } = c.env.incoming;
    const { "content-length": length, "transfer-encoding": coding } = headers;
    const refusal = refuseVisit({
      method: c.req.method,
      host: headers.host,
      origin: headers.origin,
      contentType: headers["content-type"],
      hasBody: length !== "0" && (length ?? coding) !== undefined,
      boundTo,
      allowedHosts: gateway.allowedHosts,
    });
    if (refusal !== null) return refusal;
    const client = clientOf(c.env.incoming, boundTo);
    const wait = client === null ? 0 : failedAttempts.waitSeconds(client);
    if (wait > 0) return throttled(wait);
    const caller = authenticate({ headers, settings: current, directory, now: clock.now() });
    if (isRefusal(caller) && caller.type === "token_not_found_in_db" && client !== null)
      failedAttempts.add(client);
    return caller;
  }

  async #decide(
    c: Context<Env>,
    { route, caller }: { readonly route: AdminRoute; readonly caller: Caller },
  ): Promise<Response | Refusal> {
    const { clock, directory, queue } = this.#options;
    const refusal = refuseRoute(route, caller);
    if (refusal !== null) return refusal;
    const sent = await readBody(c.env.incoming);
    if (isRefusal(sent)) return sent;
    const checked = this.#checkers.get(route)?.check(sent, c.req.query());
    if (checked === undefined || isRefusal(checked)) return checked ?? notFound("Not found");
    if (!queue.isCurrent) {
      queue.retry();
      return unavailable();
    }
    const call: Call = { ...checked, caller, params: c.req.param(), now: clock.now(), world: this.#world() };
    const decided = route.decide(call);
    const outcome: Outcome = decided instanceof Promise ? await decided : decided;
    if (isRefusal(outcome)) return outcome;
    if ((outcome.put ?? outcome.removed) !== undefined) {
      const author = {
        actor: caller.name,
        action: `${route.method} ${route.path}`,
        at: call.now,
        requestId: headerIn(c.env.incoming, "x-request-id")?.slice(0, 128) ?? null,
      };
      if (!(await queue.commit(changeOf(outcome, { directory, author })))) return unavailable();
    }
    if (checked.ignored.length > 0) c.header("x-rollcall-ignored-fields", printFields(checked.ignored));
    c.header("cache-control", "no-store");
    return c.json(outcome.answer);
  }

  #world(): World {
    const { directory, lots, settings, store } = this.#options;
    const current = settings.get();
    const { config, secrets } = current;
    return {
      directory,
      store,
      lots,
      chosenKeys: { minLength: config.keys.minLength, pepper: pepperOf(current) },
      isMasterKey: (secret) => new ExpectedKeys(secrets.valuesOf(config.masterKeys)).matches(secret),
    };
  }

  #refuse(c: Context<Env>, path: string, refusal: Refusal): Response {
    const { metrics, rejections } = this.#options;
    const { status, retryAfterSeconds } = refusal;
    metrics.adminAnswered(path, status);
    if (status === 401 || status === 403 || status === 429)
      rejections.add({
        reason: REJECTIONS[status],
        client: c.env.incoming.socket.remoteAddress ?? null,
        facts: { status },
      });
    if (status === 401) c.header("www-authenticate", "Bearer");
    if (retryAfterSeconds !== undefined) c.header("retry-after", String(retryAfterSeconds));
    c.header("cache-control", "no-store");
    return c.json(printRefusal(refusal), status);
  }
}

const REJECTIONS = { 401: "unauthorized", 403: "forbidden", 429: "too_many_failures" } as const;

/** On the socket it is the gateway that tells, and nobody else reaches it. */
function clientOf(incoming: IncomingMessage, boundTo: string | null): string | null {
  if (boundTo === null) return headerIn(incoming, "x-forwarded-for")?.split(",").at(-1)?.trim() ?? null;
  return incoming.socket.remoteAddress ?? null;
}

function headerIn({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.join(", ");
}

function throttled(seconds: number): Refusal {
  return {
    status: 429,
    message: "too many wrong keys from this address",
    type: "rate_limit_error",
    param: null,
    retryAfterSeconds: seconds,
  };
}

function unavailable(): Refusal {
  return {
    status: 503,
    message: "the database cannot be written at the moment; nothing was changed",
    type: "internal_server_error",
    param: null,
    retryAfterSeconds: 1,
  };
}

function notYet(path: string): Refusal {
  return {
    status: 501,
    message: `${path.replaceAll(/:(\w+)/g, "{$1}")} is not supported`,
    type: "not_implemented",
    param: null,
  };
}

/** Names of fields that a client sent, in a header. */
function printFields(fields: readonly string[]): string {
  return fields
    .slice(0, 20)
    .map((field) => field.slice(0, 64).replaceAll(/[^\w.-]/g, "_"))
    .join(", ");
}

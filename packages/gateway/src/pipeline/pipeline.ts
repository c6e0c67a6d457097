import type { Config, Endpoint } from "@rollcall/contract";
import type { Access } from "./access.ts";
import { PREPARATIONS } from "../endpoints/preparations.ts";
import { COUNTS_INSTEAD } from "../endpoints/counts-instead.ts";
import type { TokenCounts } from "../tokens/token-counts.ts";
import { CountingInstead } from "./count-instead.ts";
import { admit } from "./admit.ts";
import { authenticate } from "./authenticate.ts";
import { forward } from "./forward.ts";
import { heartbeat, type HeartbeatDeps } from "./heartbeat.ts";
import { inspect } from "./inspect.ts";
import { prepare } from "./prepare.ts";
import { queue, type QueueDeps } from "./queue.ts";
import { refuseMode } from "./refuse-mode.ts";
import { receive, type ReceiveDeps } from "./receive.ts";
import type { RetryDeps } from "./retry-loop.ts";
import { route } from "./route.ts";
import { standIn } from "./stand-in.ts";
import type { Flow, Stage } from "./stage.ts";
import type { Visitors } from "./visitors.ts";

export type PipelineDeps = Access &
  RetryDeps &
  QueueDeps &
  ReceiveDeps &
  HeartbeatDeps & { readonly visitors: Visitors; readonly tokens: TokenCounts };

/**
 * The stages of a request, in order. `accept` and `match` come before (`server/accept.ts`); `settle` and `observe` come at
 * every end (`Runner.end`). Route, dispatch and relay are repeated for each attempt (`RetryLoop`). Those marked * may wait.
 * What the config does not ask for is not in the list.
 */
function stagesFor(endpoint: Endpoint, config: Config, { deps, flow }: Compiling): readonly Stage[] {
  const { authenticator, visitors, authorize, admission, router } = deps;
  const preparation = PREPARATIONS.get(endpoint.name);
  const instead = COUNTS_INSTEAD.get(endpoint.name);
  const counting = instead === undefined ? null : new CountingInstead(instead, deps.tokens, flow);
  return [
    authenticate(authenticator, visitors),
    /* * */ receive(deps, flow),
    inspect(endpoint),
    ...(preparation === undefined ? [] : [prepare(preparation)]),
    ...(authorize === null ? [] : [authorize]),
    ...(config.deployments.some(({ mode }) => mode !== "chat") ? [refuseMode] : []),
    ...(hasHeartbeat(endpoint, config) ? [heartbeat(config, deps)] : []),
    /* * */ ...(admission === null ? [] : [admit(admission, flow)]),
    /* * */ ...(config.queue.size === 0 ? [] : [queue(config.queue, deps, flow)]),
    counting === null ? route(router) : counting.stage(route(router)),
    /* * */ ...(admission === null ? [] : [standIn(router, flow)]),
    /* * */ forward(deps, counting?.flow ?? flow),
  ];
}

function hasHeartbeat({ response }: Endpoint, { gateway }: Config): boolean {
  return gateway.streamHeartbeatMs > 0 && response.events !== null;
}

interface Compiling {
  readonly deps: PipelineDeps;
  readonly flow: Flow;
}

/** The stages of an endpoint under a config. */
export type StageCompiler = (endpoint: Endpoint, config: Config) => readonly Stage[];

/** Compiles each endpoint's stages once for each config. */
export function pipeline(deps: PipelineDeps): (flow: Flow) => StageCompiler {
  return (flow) => {
    let compiledFor: Config | null = null;
    let stages = new Map<Endpoint, readonly Stage[]>();
    return (endpoint, config) => {
      if (config !== compiledFor) {
        compiledFor = config;
        stages = new Map();
      }
      let compiled = stages.get(endpoint);
      if (compiled === undefined) {
        compiled = stagesFor(endpoint, config, { deps, flow });
        stages.set(endpoint, compiled);
      }
      return compiled;
    };
  };
}

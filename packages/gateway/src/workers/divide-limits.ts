import type { Config, Deployment } from "@rollcall/contract";
import type { WorkerSlot } from "./worker-slot.ts";

type Place = Pick<WorkerSlot, "index" | "count">;

/**
 * One worker's part of a limit: a `count`th of it, the first ones take what is left over, and nobody has less than one,
 * since a worker that may do nothing would refuse whatever the kernel hands it. So all together stay within the limit, or
 * within one each where there are more workers than that. 0 (none at all) stays 0.
 */
export function partOf(limit: number, { index, count }: Place): number {
  if (limit === 0) return 0;
  return Math.max(1, Math.floor(limit / count) + (index < limit % count ? 1 : 0));
}

/** The config as one worker goes by it: what is limited for the whole gateway is divided. The checksum stays. */
export function divideLimits(config: Config, place: Place): Config {
  const deployments = new Map(config.deployments.map((one) => [one.id, divideDeployment(one, place)]));
  const divided = (one: Deployment) => deployments.get(one.id) ?? one;
  const { gateway, queue, queueIsPerWorker } = config;
  return {
    ...config,
    deployments: config.deployments.map(divided),
    aliases: new Map([...config.aliases].map(([alias, list]) => [alias, list.map(divided)])),
    gateway: {
      ...gateway,
      maxConnections: partOf(gateway.maxConnections, place),
      bodyMemoryBytes: partOf(gateway.bodyMemoryBytes, place),
      explainRequests: partOf(gateway.explainRequests, place),
    },
    queue: queueIsPerWorker ? queue : { ...queue, size: partOf(queue.size, place) },
  };
}

/** Deployments that may get more requests at once than their `max_parallel_requests`: one from every worker. */
export function tooFewForAll({ deployments }: Config, count: number): readonly Deployment[] {
  return deployments.filter(({ maxParallel }) => maxParallel !== null && maxParallel < count);
}

function divideDeployment(deployment: Deployment, place: Place): Deployment {
  const { maxParallel } = deployment;
  return maxParallel === null ? deployment : { ...deployment, maxParallel: partOf(maxParallel, place) };
}

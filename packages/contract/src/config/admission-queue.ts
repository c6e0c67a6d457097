import type { Config } from "./config.ts";
import type { RollcallConfig } from "./rollcall-section.ts";
import type { WrittenConfig } from "./written.ts";

type Queue = Pick<Config, "queue" | "queueIsPerWorker">;

/**
 * LiteLLM's admission queue as far as there is one here: requests wait while a model loads, not for a worker. As in LiteLLM
 * (`admission_control_middleware.py`), `max_in_flight_requests_per_worker` turns it on, as many may wait as may run unless
 * it is said, and for a second. `rollcall.queue` wins.
 */
export function readQueue(
  { general_settings: general = {}, rollcall }: WrittenConfig,
  { queue }: RollcallConfig,
): Queue {
  const running = general.max_in_flight_requests_per_worker;
  if (running === undefined || rollcall?.queue?.size !== undefined) return { queue, queueIsPerWorker: false };
  const size = general.max_queued_requests_per_worker ?? running;
  const seconds = general.admission_queue_timeout_seconds ?? 1;
  const timeMs = rollcall?.queue?.time === undefined ? seconds * 1_000 : queue.timeMs;
  return { queue: { size, timeMs }, queueIsPerWorker: true };
}

import type { FaultName } from "../faults/catalogue.ts";
import type { Call } from "./call.ts";
import type { EngineEnd, Run } from "./engine.ts";

/** Faults that end requests as the engine's end does. */
const ENDS: Partial<Record<FaultName, EngineEnd>> = { draining: "aborted" };

/** What ends a request under way at this moment: the end of its engine, or a fault that looks like it. */
export function interruption({ backend }: Call): EngineEnd | undefined {
  const { current } = backend.faults;
  return backend.engine.ended ?? (current && ENDS[current.name]);
}

/** Whether no step is made: the engine process is stopped, or the request waits for a place. */
function standsStill({ backend }: Call, run: Run): boolean {
  return run.isWaiting || backend.faults.current?.name === "engine-stopped";
}

/** Waits while the engine makes no step for this request, until it is interrupted or the client leaves. */
export async function untilStepping(call: Call, run: Run): Promise<void> {
  const { exchange, backend } = call;
  while (standsStill(call, run) && interruption(call) === undefined && !exchange.over) {
    await exchange.until((wake) => {
      const leave = [backend.engine.onChange(wake), backend.faults.onChange(wake)];
      return () => leave.forEach((left) => left());
    });
  }
}

/** Waits that long, or until the engine ends or the exchange is over. */
export function pauseInEngine({ exchange, backend }: Call, ms: number): Promise<void> {
  return exchange.until((wake) => {
    const timer = setTimeout(wake, ms);
    const leave = backend.engine.onChange(() => {
      if (backend.engine.ended !== undefined) wake();
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  });
}

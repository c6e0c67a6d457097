import type { Simulator } from "@rollcall/simulator";

/** HOST:PORT of each replica, as plain proxies want it. */
export function hostsOf(replicas: readonly Simulator[]): readonly string[] {
  return replicas.map(({ url }) => new URL(url).host);
}

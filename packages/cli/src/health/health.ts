import type { ListeningProcess } from "./listening.ts";

/** What a daemon calls itself in the process list. */
const TITLE = /^rollcall (gateway|prober|control|up)\b/;

export interface Daemon {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * The daemons that run, and those that ought to: `up` runs gateway and prober. Workers of a gateway belong to it. A daemon
 * without addresses does not listen.
 */
export function daemonsOf(processes: readonly ListeningProcess[]): readonly Daemon[] {
  const found = new Map<string, Set<string>>();
  const add = (name: string, addresses: readonly string[] = []) => {
    const known = found.get(name) ?? new Set();
    for (const address of addresses) known.add(address);
    found.set(name, known);
  };
  for (const { title, addresses } of processes) {
    const name = TITLE.exec(title)?.[1];
    if (name === "up") for (const one of ["gateway", "prober"]) add(one);
    else if (name !== undefined) add(name, addresses);
  }
  return [...found].map(([name, addresses]) => ({ name, addresses: [...addresses] }));
}

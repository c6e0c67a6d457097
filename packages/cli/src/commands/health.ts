import type { Command } from "commander";
import { EXIT, StartError } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { daemonsOf, type Daemon } from "../health/health.ts";
import { listeningProcesses, type ListeningProcess } from "../health/listening.ts";

const TIMEOUT_MS = 2_000;

export function addHealth(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("health")
    .description("Ask /livez of every daemon that runs in this container or on this machine.")
    .action(async () => {
      const daemons = daemonsOf(processes());
      if (daemons.length === 0) terminal.err("rollcall: no daemon runs here\n");
      const states = await Promise.all(daemons.map(stateOf));
      for (const [index, { name }] of daemons.entries()) terminal.out(`${name}: ${states[index]}\n`);
      finish(daemons.length > 0 && states.every((state) => state === "alive") ? EXIT.ok : EXIT.failed);
    });
}

function processes(): readonly ListeningProcess[] {
  try {
    return listeningProcesses("rollcall ");
  } catch {
    throw new StartError("health needs /proc, which is Linux's: elsewhere ask /livez of each daemon");
  }
}

async function stateOf({ addresses }: Daemon): Promise<string> {
  if (addresses.length === 0) return "does not listen";
  const answers = await Promise.all(addresses.map(isAlive));
  return answers.find((answer) => answer !== "alive") ?? "alive";
}

async function isAlive(address: string): Promise<string> {
  try {
    const { ok, status } = await fetch(`http://${address}/livez`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return ok ? "alive" : `/livez at ${address} answers ${status}`;
  } catch {
    return `/livez at ${address} does not answer`;
  }
}

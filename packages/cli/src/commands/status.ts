import type { Command } from "commander";
import { isRoutable } from "@rollcall/contract";
import { EXIT, systemClock } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { printFleet } from "../fleet-table.ts";
import { askAll } from "../ask-probers.ts";
import { fetchGatewayNotes, type ProberAddress } from "../prober-client.ts";
import { addProberOptions, findGateway, findProbers, type ProberOptions } from "../prober-options.ts";
import type { Terminal } from "../terminal.ts";

interface StatusOptions extends ProberOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly gatewayUrl?: string;
}

const WATCH_MS = 1_000;
const CLEAR = "\u001b[H\u001b[2J";

export function addStatus(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("status")
    .description("The fleet as the prober sees it. Exit 0 when every deployment is ready or drained, else 1.")
    .option("--json", "print the prober's /status as JSON")
    .option("--gateway-url <url>", "where the gateway listens (default http://127.0.0.1:4000)")
    .option("-w, --watch", "refresh every second, until Ctrl-C");
  addProberOptions(command).action(async (options: StatusOptions) => {
    const probers = findProbers(options, terminal);
    if (options.watch === true) await watch(probers, options, terminal);
    else finish(await show(probers, options, terminal));
  });
}

async function watch(
  probers: readonly ProberAddress[],
  options: StatusOptions,
  terminal: Terminal,
): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  while (!stop.signal.aborted) {
    if (terminal.interactive) terminal.out(CLEAR);
    // A prober that restarts must not end the watch.
    await show(probers, options, terminal).catch((error: Error) => terminal.err(`${error.message}\n`));
    await systemClock.sleep(WATCH_MS, stop.signal);
  }
}

async function show(
  probers: readonly ProberAddress[],
  options: StatusOptions,
  terminal: Terminal,
): Promise<number> {
  const { json } = options;
  const { status, notes: others } = await askAll(probers);
  const ready = status.deployments.every((one) => isRoutable(one) || one.drained !== undefined);
  for (const note of others) terminal.err(`rollcall: ${note}\n`);
  if (json === true) terminal.out(`${JSON.stringify(status, null, 2)}\n`);
  else {
    if (!status.prober.initialRoundDone) terminal.out("The first probe round is still running.\n");
    const { configFault, settingsNeedRestart } = status.prober;
    if (configFault !== null) terminal.err(`prober: [!] ${configFault}\n`);
    if (settingsNeedRestart.length > 0)
      terminal.out(`prober: [!] settings need a restart: ${settingsNeedRestart.join(", ")}\n`);
    for (const [alias, why] of Object.entries(status.prober.skipped))
      terminal.out(`prober: [!] ${JSON.stringify(alias)} is left out: ${why}\n`);
    terminal.out(printFleet(status.deployments, terminal, systemClock.now()));
    const notes = await fetchGatewayNotes(findGateway(options.gatewayUrl, options.config, terminal));
    for (const note of notes ?? []) terminal.out(`gateway: ${note}\n`);
  }
  return ready ? EXIT.ok : EXIT.failed;
}

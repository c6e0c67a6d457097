import os from "node:os";
import type { Command } from "commander";
import type { DrainAnswer } from "@rollcall/prober";
import { EXIT } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { sendDrain, type DrainReply, type DrainRequest, type ProberAddress } from "../prober-client.ts";
import { addProberOptions, findProbers, type ProberOptions } from "../prober-options.ts";
import type { Terminal } from "../terminal.ts";

interface DrainOptions extends ProberOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

interface Told {
  readonly prober: ProberAddress;
  readonly reply: DrainReply;
}

/** `drain` and `undrain`: every prober is told, since gateways may follow any of them. */
export function addDrain(program: Command, context: CommandContext): void {
  const drain = program
    .command("drain")
    .description(
      "Take a deployment out of use: no new requests, while those under way go on and probing does.",
    )
    .option("--reason <text>", "why, for whoever asks `rollcall status`");
  describe(drain, "drain", context);
  const undrain = program
    .command("undrain")
    .description("Give a drained deployment requests again, at once.");
  describe(undrain, "undrain", context);
}

function describe(
  command: Command,
  action: DrainRequest["action"],
  { terminal, finish }: CommandContext,
): void {
  command
    .argument("<deployment>", "a deployment's id, or an alias with --all")
    .option("--all", "take an alias, and mean all its deployments")
    .option("--json", "print what each prober answered as JSON");
  addProberOptions(command).action(async (name: string, options: DrainOptions) => {
    const { all = false, reason } = options;
    const request = { action, name, all, by: callerOf(os), ...(reason !== undefined && { reason }) };
    const told: Told[] = await Promise.all(
      findProbers(options, terminal).map(async (prober) => ({
        prober,
        reply: await sendDrain(prober, request),
      })),
    );
    if (options.json === true) terminal.out(`${JSON.stringify(told.map(printJson), null, 2)}\n`);
    else printTold(told, action, terminal);
    finish(exitCodeOf(told));
  });
}

/** `root@gpu-1`; a user that has no name has a number. */
function callerOf({ hostname, userInfo }: Pick<typeof os, "hostname" | "userInfo">): string {
  return `${nameOfUser(userInfo)}@${hostname()}`.replaceAll(/\p{C}/gu, "?").slice(0, 128);
}

function nameOfUser(userInfo: typeof os.userInfo): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

function printJson({ prober: { url }, reply }: Told): object {
  return { prober: url, ...reply.answer, error: reply.error };
}

/** What was done is said once. */
function printTold(told: readonly Told[], action: DrainRequest["action"], terminal: Terminal): void {
  const done = told.flatMap(({ reply }) => reply.answer ?? []);
  const [first] = done;
  if (first !== undefined) printDone(first, action, terminal);
  // Several may say the same of a name.
  const errors = new Set(told.flatMap(({ reply }) => reply.error ?? []));
  for (const error of errors) terminal.err(`rollcall: ${error}\n`);
  for (const { prober, reply } of told) {
    if (reply.answer?.kept === false)
      terminal.err(
        `rollcall: the prober at ${prober.url} could not write its state: a restart forgets this\n`,
      );
  }
  if (told.length > 1) terminal.out(`${done.length} of ${told.length} probers know of it.\n`);
  if (done.length > 0 && done.length < told.length)
    terminal.err(`rollcall: run this again when the others answer: gateways may follow them\n`);
}

function printDone(
  { deployments, unavailable }: DrainAnswer,
  action: DrainRequest["action"],
  terminal: Terminal,
): void {
  for (const { deployment, drained, reason } of deployments) {
    const id = terminal.paint("bold", deployment);
    if (drained === null) terminal.out(`${id} is not drained: its state is ${reason}.\n`);
    else if (action === "drain") terminal.out(`${id} is drained: no new requests; running ones go on.\n`);
  }
  if (action === "undrain") return;
  for (const alias of unavailable)
    terminal.out(`No deployment of ${JSON.stringify(alias)} is left: requests for it get 503.\n`);
}

/** Only if all probers were told it is done. */
function exitCodeOf(told: readonly Told[]): number {
  if (told.every(({ reply }) => reply.isUnknown)) return EXIT.unknownName;
  return told.every(({ reply }) => reply.error === null && reply.answer?.kept !== false)
    ? EXIT.ok
    : EXIT.failed;
}

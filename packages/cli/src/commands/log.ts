import { Argument, type Command } from "commander";
import { EXIT, LOG_LEVELS, LOGGING_PATH, StartError, type LogLevelAnswer } from "@rollcall/runtime";
import {
  addAdminOptions,
  adminRefusal,
  findAdmin,
  sendAdmin,
  type AdminAddress,
  type AdminOptions,
} from "../admin-client.ts";
import type { CommandContext } from "../context.ts";
import { daemonsOf } from "../daemon-addresses.ts";

interface Told {
  readonly daemon: string;
  readonly url: string;
  readonly answer: LogLevelAnswer | null;
  readonly error: string | null;
}

/** `rollcall log level`: how much the daemons log, changed while they run. */
export function addLog(program: Command, { terminal, finish }: CommandContext): void {
  const log = program.command("log").description("How much the daemons log, without a restart.");
  const level = log
    .command("level")
    .description("Tell it, or have gateway, prober and control log so until they start again.")
    .addArgument(
      new Argument("[level]", "config: as the config says").choices([...LOG_LEVELS, "config"]).argOptional(),
    );
  addAdminOptions(level, "one daemon (or ROLLCALL_URL), instead of all of them").action(
    async (wanted: string | undefined, options: AdminOptions) => {
      const daemons = daemonsOf(options, terminal);
      const { key } = findAdmin(options, terminal);
      const told = await Promise.all(
        daemons.map(async ({ name, url }): Promise<Told> => {
          const found = await order({ url, key }, wanted).catch((fault: unknown) => {
            if (fault instanceof StartError) return fault.message;
            throw fault;
          });
          const answer = typeof found === "string" ? null : found;
          return { daemon: name, url, answer, error: typeof found === "string" ? found : null };
        }),
      );
      if (options.json === true) terminal.out(`${JSON.stringify(told, null, 2)}\n`);
      else
        for (const { daemon, answer, error } of told)
          if (answer === null) terminal.err(`rollcall: ${daemon}: ${error}\n`);
          else
            terminal.out(`${daemon.padEnd(7)} ${terminal.paint("bold", answer.level)} by ${BY[answer.by]}\n`);
      finish(told.every(({ answer }) => answer !== null) ? EXIT.ok : EXIT.failed);
    },
  );
}

const BY: Readonly<Record<LogLevelAnswer["by"], string>> = {
  order: "order",
  "command line": "--log-level",
  config: "its config",
};

async function order(daemon: AdminAddress, wanted: string | undefined): Promise<LogLevelAnswer> {
  const call =
    wanted === undefined
      ? { path: LOGGING_PATH }
      : { path: LOGGING_PATH, method: "POST" as const, query: { level: wanted } };
  const answer = await sendAdmin(daemon, call);
  const said: Partial<LogLevelAnswer> | null = answer.value;
  if (answer.status === 200 && said?.level !== undefined) return said as LogLevelAnswer;
  throw adminRefusal(daemon, answer);
}

import type { Command } from "commander";
import { type Clock, parseDuration, printDuration } from "@rollcall/contract";
import { EXIT, StartError, systemClock } from "@rollcall/runtime";
import type { CommandContext } from "../context.ts";
import { fetchFirstReady } from "../prober-client.ts";
import { addProberOptions, findProbers, type ProberOptions } from "../prober-options.ts";
import type { Terminal } from "../terminal.ts";

interface WaitOptions extends ProberOptions {
  readonly timeout: string;
  readonly require?: string;
  readonly deployment?: readonly string[];
  readonly fresh?: boolean;
  readonly quiet?: boolean;
}

const ASK_MS = 500;

export function addWait(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("wait")
    .argument("[alias...]", "aliases to wait for; all of the config where none is named")
    .description("Wait until aliases are ready: for systemd, init containers and scripts.")
    .option("-t, --timeout <duration>", "give up after this long, with exit 2", "10m")
    .option(
      "-r, --require <any|all|N>",
      "how many deployments must be ready: any, all, or so many of each alias (default 1)",
    )
    .option("-d, --deployment <id...>", "deployments to wait for, as `rollcall status` names them")
    .option("--fresh", "only what a probe finds from now on counts: after a restart of the server")
    .option("-q, --quiet", "print nothing");
  addProberOptions(command).action(async (aliases: string[], options: WaitOptions) => {
    const timeoutMs = parseDuration(options.timeout);
    if (timeoutMs === null)
      throw new StartError(
        `invalid --timeout ${JSON.stringify(options.timeout)}: write 30s, 10m or 1h`,
        EXIT.usage,
      );
    const urls = findProbers(options, terminal).map(({ url }) => url);
    const say = options.quiet === true ? () => {} : (line: string) => terminal.out(`${line}\n`);
    const { require = null, fresh = false, deployment: deployments = [] } = options;
    if (require !== null && deployments.length > 0)
      throw new StartError("--require has no meaning for single deployments", EXIT.usage);
    const named = [
      ...aliases.map((alias): Subject => ({ name: alias, alias })),
      ...deployments.map((deployment): Subject => ({ name: deployment, alias: null, deployment })),
    ];
    const subjects = named.length === 0 ? [EVERYTHING] : named;
    finish(await waitFor({ urls, subjects, require, fresh, timeoutMs, say, terminal, clock: systemClock }));
  });
}

/** What is waited for. */
interface Subject {
  readonly name: string;
  readonly alias: string | null;
  readonly deployment?: string;
}

const EVERYTHING: Subject = { name: "all aliases", alias: null };

interface Waiting {
  readonly urls: readonly string[];
  readonly subjects: readonly Subject[];
  /** What was found before the wait began does not count. */
  readonly fresh: boolean;
  readonly require: string | null;
  readonly timeoutMs: number;
  readonly say: (line: string) => void;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

async function waitFor(waiting: Waiting): Promise<number> {
  const { urls, subjects, require, fresh, timeoutMs, say, terminal, clock } = waiting;
  const start = clock.monotonic();
  const pending = new Map(subjects.map((subject) => [subject, ""]));
  for (;;) {
    for (const [subject, told] of pending) {
      const { name, ...asked } = subject;
      const age = fresh ? { maxAgeMs: clock.monotonic() - start } : {};
      const { url, status, text } = await fetchFirstReady(urls, { ...asked, ...age, require });
      if (status === 200) {
        say(`${name}: ready after ${printDuration(clock.monotonic() - start)}`);
        pending.delete(subject);
        continue;
      }
      if (status === 404 && subject !== EVERYTHING) {
        const what = subject.alias === null ? "deployment" : "alias";
        terminal.err(`rollcall: the prober at ${url} knows no ${what} ${JSON.stringify(name)}\n`);
        return EXIT.usage;
      }
      if (status === 400) {
        terminal.err(`rollcall: ${text}`);
        return EXIT.usage;
      }
      const now = status === null ? `no prober answers at ${urls.join(" or ")} yet` : waitingFor(text);
      if (now !== told) say(`${name}: ${now}`);
      pending.set(subject, now);
    }
    if (pending.size === 0) return EXIT.ok;
    const left = timeoutMs - (clock.monotonic() - start);
    if (left <= 0) {
      terminal.err(`rollcall: gave up after ${printDuration(timeoutMs)}\n`);
      return EXIT.timeout;
    }
    await clock.sleep(Math.min(ASK_MS, left));
  }
}

/** The lines of `?verbose` that stand in the way. */
function waitingFor(text: string): string {
  const lines = text.split("\n").filter((line) => line.startsWith("[-]"));
  return `waiting for ${lines.map((line) => line.slice(4)).join("; ") || "the prober"}`;
}

import type { Command } from "commander";
import { parseDuration } from "@rollcall/contract";
import { EXIT, loadConfig, StartError } from "@rollcall/runtime";
import { ask, type Answer, type NoAnswer, type Proxy } from "../compare/ask.ts";
import { compareFacts, type Difference } from "../compare/differences.ts";
import { factsOf } from "../compare/facts.ts";
import { planRequests, type Plan } from "../compare/plan.ts";
import { jsonDifferences, printDifferences } from "../compare/print-differences.ts";
import { listedFor } from "../compare/listed-differences.ts";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { masterKeyOf } from "../master-key.ts";
import type { Terminal } from "../terminal.ts";

interface CompareOptions {
  readonly litellm: string;
  readonly rollcall: string;
  readonly config?: string;
  readonly key?: string;
  readonly litellmKey?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

export function addCompare(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("compare")
    .description(
      "Send LiteLLM and Rollcall the same harmless requests and print how their answers differ. Exit 1 where a difference is not on the page of the move.",
    )
    .requiredOption("--litellm <url>", "where LiteLLM listens, such as http://127.0.0.1:4000")
    .requiredOption("--rollcall <url>", "where the gateway listens, such as http://127.0.0.1:4100")
    .option(...CONFIG)
    .option("--key <key>", "the key that both take (or ROLLCALL_KEY; default: the config's master key)")
    .option("--litellm-key <key>", "the key that LiteLLM takes, where it is another one (or LITELLM_KEY)")
    .option("-t, --timeout <duration>", "for each request", "60s")
    .option("--json", "print every difference as JSON")
    .action(async (options: CompareOptions) => finish(await compare(options, terminal)));
}

async function compare(options: CompareOptions, terminal: Terminal): Promise<number> {
  const { env } = terminal;
  const timeoutMs = parseDuration(options.timeout);
  if (timeoutMs === null)
    throw new StartError(`invalid --timeout ${JSON.stringify(options.timeout)}: write 30s`, EXIT.usage);
  const file = findConfig(options.config, env);
  const { config } = loadConfig(file, env, { inContainer: false });
  if (config === null) throw new StartError(`${file} has errors: \`rollcall check\` lists them`, EXIT.usage);
  const key = options.key ?? env["ROLLCALL_KEY"] ?? masterKeyOf(file, env);
  if (key === null && config.masterKeys.length > 0)
    throw new StartError(
      "the config's master key cannot be read here: set ROLLCALL_KEY, or pass --key",
      EXIT.usage,
    );
  const proxies = {
    litellm: {
      url: readUrl("--litellm", options.litellm),
      key: options.litellmKey ?? env["LITELLM_KEY"] ?? key,
    },
    rollcall: { url: readUrl("--rollcall", options.rollcall), key },
  };
  const plan = planRequests(config);
  const differences = await askBoth(proxies, plan, timeoutMs);
  const found = { plan, differences };
  terminal.out(
    options.json === true
      ? `${JSON.stringify(jsonDifferences(found), null, 2)}\n`
      : printDifferences(found, terminal),
  );
  return differences.every((one) => listedFor(one) !== undefined) ? EXIT.ok : EXIT.failed;
}

type Both<T> = Readonly<Record<"litellm" | "rollcall", T>>;

/** One request after the other, each to both at once. Throws StartError where one of them does not answer the first. */
async function askBoth(proxies: Both<Proxy>, plan: Plan, timeoutMs: number): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const planned of plan.requests) {
    const [litellm, rollcall] = await Promise.all([
      ask(proxies.litellm, planned, timeoutMs),
      ask(proxies.rollcall, planned, timeoutMs),
    ]);
    if (planned === plan.requests[0]) throwUnlessThere(proxies, { litellm, rollcall });
    const { alias } = planned;
    differences.push(...compareFacts(planned, factsOf(litellm, alias), factsOf(rollcall, alias)));
  }
  return differences;
}

function throwUnlessThere(proxies: Both<Proxy>, answers: Both<Answer | NoAnswer>): void {
  for (const name of ["litellm", "rollcall"] as const) {
    const answer = answers[name];
    if ("failure" in answer)
      throw new StartError(`no answer from --${name} ${proxies[name].url}: ${answer.failure}`);
  }
}

/** With or without the `/v1` that clients write. Throws StartError where it is none, or has a key in it. */
function readUrl(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new StartError(`${flag} is no URL: write http://host:4000`, EXIT.usage);
  if (url.username !== "" || url.password !== "")
    throw new StartError(
      `${flag} has a user or password in it: keys go into --key or ROLLCALL_KEY`,
      EXIT.usage,
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "")}`;
}

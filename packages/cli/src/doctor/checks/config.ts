import type { Problem } from "@rollcall/contract";
import { printConfigPath } from "@rollcall/runtime";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { UnusableSite } from "../site.ts";

interface ConfigFacts {
  readonly file: string;
  readonly problems: readonly Pick<Problem, "severity">[];
  readonly aliases: number;
  readonly deployments: number;
  /** Aliases of entries that are left out, and why. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** Can the config be used, and all of it? */
export const configCheck: Check<ConfigFacts> = {
  name: "config",
  gather: ({ configFile, problems, config: { aliases, deployments, skipped } }) => ({
    file: printConfigPath(configFile),
    problems,
    aliases: aliases.size,
    deployments: deployments.length,
    skipped,
  }),
  judge({ file, problems, aliases, deployments, skipped }) {
    const has = `${count(aliases, "alias", "aliases")}, ${count(deployments, "deployment")}`;
    const told =
      problems.length === 0
        ? fine(file, has)
        : warns(file, `${has}, ${count(problems.length, "complaint")}`, seeCheck(file));
    const left = [...skipped].map(([alias, why]) =>
      warns(alias, `is left out: ${why}`, "Correct or remove its entry in model_list."),
    );
    return [told, ...left];
  },
};

/** What is said where no other check can be made. */
export function judgeUnusable({ configFile, fault, problems }: UnusableSite): readonly Finding[] {
  const file = printConfigPath(configFile);
  if (fault !== null) return [fails(file, fault, "Put it there, or make it readable for this user.")];
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return [fails(file, `cannot be used: ${count(errors, "error")}`, seeCheck(file))];
}

function seeCheck(file: string): string {
  return `\`rollcall check ${file}\` names line, column and fix.`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command, Option } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { printBash } from "./bash.ts";
import { allCommands, commandTree } from "./command-tree.ts";
import { printFish } from "./fish.ts";
import { printZsh } from "./zsh.ts";

function program(): Command {
  const root = new Command("prog").version("1.0.0");
  const up = root.command("up").description("Run the daemon's pair.");
  up.requiredOption("-c, --config <file>", "the config");
  up.addOption(new Option("--level <level>", "how much").choices(["debug", "info"]));
  up.option("--port <number>", "a port").option("--json", "as JSON");
  const keys = root.command("keys").description("Keys.");
  keys.command("create").description("Make a key.").option("--team <id>", "whose");
  keys.command("list").description("Show them.");
  root.command("secret", { hidden: true });
  return root;
}

const tree = commandTree(program());
const home = mkdtempSync(path.join(os.tmpdir(), "rollcall-completion-"));
mkdirSync(path.join(home, "confdir"));
writeFileSync(path.join(home, "config.yaml"), "");
afterAll(() => rmSync(home, { recursive: true }));

test("a tree has what the help shows, and nothing that is hidden", () => {
  expect(allCommands(tree).map(({ path: at }) => at)).toEqual([
    "prog",
    "prog up",
    "prog keys",
    "prog keys create",
    "prog keys list",
  ]);
  expect(tree.commands[0]?.options.map(({ names, value }) => [names, value])).toEqual([
    [["-c", "--config"], "file"],
    [["--level"], { oneOf: ["debug", "info"] }],
    [["--port"], "other"],
    [["--json"], "none"],
    [["-h", "--help"], "none"],
  ]);
});

/** The words that a shell offers after these, the last of which is begun. */
interface Shell {
  readonly name: string;
  offers(words: readonly string[]): readonly string[];
}

function run(shell: string, script: string, args: readonly string[]): readonly string[] {
  const { stdout, stderr, error } = spawnSync(shell, ["-c", script, shell, ...args], {
    cwd: home,
    encoding: "utf8",
    env: { HOME: home, PATH: process.env["PATH"] ?? "" },
  });
  expect({ error, stderr }).toEqual({ error: undefined, stderr: "" });
  return stdout
    .split("\n")
    .map((line) => line.split("\t", 1)[0]?.trim() ?? "")
    .filter((word) => word !== "")
    .toSorted();
}

const BASH: Shell = {
  name: "bash",
  // `compopt` is heard only by a shell that completes for a person: what it asks for is done here.
  offers: (words) =>
    run(
      "bash",
      `compopt() { files=1; }
${printBash(tree)}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) files=
_prog; printf '%s\\n' "\${COMPREPLY[@]}"
if [[ $files ]]; then compgen -f -- "\${COMP_WORDS[COMP_CWORD]}" || true; fi`,
      words,
    ),
};

const ZSH: Shell = {
  name: "zsh",
  // The functions that draw are replaced by ones that print.
  offers: (words) =>
    run(
      "zsh",
      `compdef() { }; _message() { }
_files() { local f; for f in "$words[CURRENT]"*(N); do print -r -- $f; done }
offer() { local w; for w in "$@"; do [[ $w == "$words[CURRENT]"* ]] && print -r -- $w; done; true }
compadd() { offer "$@" }
_describe() { offer "\${(@)\${(P@)2}%%:*}" }
${printZsh(tree)}
words=("$@") CURRENT=$#
_prog`,
      words,
    ),
};

const FISH: Shell = {
  name: "fish",
  offers: (words) => run("fish", `${printFish(tree)}\ncomplete --do-complete '${words.join(" ")}'`, []),
};

describe.each([BASH, ZSH, FISH])("$name", (shell) => {
  const isHere = spawnSync(shell.name, ["--version"]).error === undefined;
  if (!isHere) process.stdout.write(`skipped, since ${shell.name} is not on this machine: its completion\n`);

  test.skipIf(!isHere).each([
    [
      ["prog", ""],
      ["keys", "up"],
    ],
    [["prog", "k"], ["keys"]],
    [
      ["prog", "keys", ""],
      ["create", "list"],
    ],
    [["prog", "keys", "create", "--t"], ["--team"]],
    [["prog", "up", "--json", "--po"], ["--port"]],
    [
      ["prog", "up", "--level", ""],
      ["debug", "info"],
    ],
    [["prog", "up", "--level", "d"], ["debug"]],
    [["prog", "up", "--config", "config"], ["config.yaml"]],
    [["prog", "up", "-c", "config"], ["config.yaml"]],
    [["prog", "up", "--port", ""], []],
  ])("%j", (words, offered) => {
    expect(shell.offers(words)).toEqual(offered);
  });
});

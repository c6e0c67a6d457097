import { InvalidArgumentError, type Command } from "commander";
import { EXIT } from "@rollcall/runtime";
import {
  addAdminOptions,
  askAdmin,
  findAdmin,
  type AdminAddress,
  type AdminCall,
  type AdminOptions,
} from "../admin-client.ts";
import type { CommandContext } from "../context.ts";
import { printKey, printKeys, printNewKey, type KeyInfo, type KeyList, type NewKey } from "../key-table.ts";
import { limitsOf, listOf, type LimitOptions } from "../key-options.ts";

interface CreateOptions extends AdminOptions, LimitOptions {
  readonly alias?: string;
  readonly team?: string;
  readonly user?: string;
  readonly duration?: string;
  readonly type?: string;
}

interface ListOptions extends AdminOptions {
  readonly team?: string;
  readonly user?: string;
  readonly page?: number;
}

const KEY = "its id or its alias, as `keys list` shows them";

const CHANGES = [
  ["block", "Refuse a key from now on, on every worker at once."],
  ["unblock", "Take a blocked key again."],
] as const;

/** `rollcall keys …`: what LiteLLM's routes do, from a terminal. */
export function addKeys(program: Command, context: CommandContext): void {
  const keys = program
    .command("keys")
    .description("Virtual keys: make, look at, rotate, block and delete them.");
  addCreate(keys, context);
  addList(keys, context);
  addShow(keys, context);
  addRotate(keys, context);
  for (const [verb, says] of CHANGES) {
    const command = keys.command(verb).description(says).argument("<key>", KEY);
    sendOn(command, context, {
      done: `${verb}ed`,
      idOf: keyId,
      call: (key) => ({ path: `/key/${verb}`, body: { key } }),
    });
  }
  addDelete(keys, context);
}

function addCreate(keys: Command, { terminal, finish }: CommandContext): void {
  const create = keys
    .command("create")
    .description("Make a key. It is printed once, and nobody can read it again.")
    .option("--alias <name>", "what people call it; unique")
    .option("--team <id>", "the team that it is of")
    .option("--user <id>", "the user that it is of")
    .option(
      "--models <names>",
      "models, patterns (qwen/*) and access groups, with commas between them",
      listOf,
    )
    .option("--rpm <number>", "requests a minute", countOf)
    .option("--parallel <number>", "requests under way at once", countOf)
    .option("--duration <time>", "how long it is valid: 30s, 12h, 30d, 6mo")
    .option("--type <type>", "default, llm_api, management or read_only");
  addAdminOptions(create).action(async (options: CreateOptions) => {
    const { alias, team, user, duration, type } = options;
    const made = await askAdmin(findAdmin(options, terminal), {
      path: "/key/generate",
      body: {
        key_alias: alias,
        team_id: team,
        user_id: user,
        duration,
        key_type: type,
        ...limitsOf(options),
      },
    });
    if (options.json === true) terminal.out(printJson(made));
    else printNewKey(made as NewKey, terminal);
    finish(EXIT.ok);
  });
}

function addList(keys: Command, { terminal, finish }: CommandContext): void {
  const list = keys
    .command("list")
    .description("All keys, a page at a time.")
    .option("--team <id>", "those of a team")
    .option("--user <id>", "those of a user")
    .option("--page <number>", "which page, from 1", countOf);
  addAdminOptions(list).action(async (options: ListOptions) => {
    const { team, user, page } = options;
    const answer = await askAdmin(findAdmin(options, terminal), {
      path: "/key/list",
      query: {
        return_full_object: "true",
        size: "100",
        team_id: team,
        user_id: user,
        ...(page !== undefined && { page: String(page) }),
      },
    });
    terminal.out(options.json === true ? printJson(answer) : printKeys(answer as KeyList, terminal));
    finish(EXIT.ok);
  });
}

function addShow(keys: Command, { terminal, finish }: CommandContext): void {
  const show = keys
    .command("show")
    .description("One key: what it may do, whose it is, until when it is valid.")
    .argument("<key>", KEY);
  addAdminOptions(show).action(async (name: string, options: AdminOptions) => {
    const admin = findAdmin(options, terminal);
    const query = { key: await keyId(admin, name) };
    const answer = await askAdmin(admin, { path: "/key/info", query });
    terminal.out(options.json === true ? printJson(answer) : printKey(answer as KeyInfo, terminal));
    finish(EXIT.ok);
  });
}

function addRotate(keys: Command, { terminal, finish }: CommandContext): void {
  const rotate = keys
    .command("rotate")
    .description("Give a key another secret. Its id, its limits and what it may do stay.")
    .argument("<key>", KEY)
    .option("--grace <time>", "how long the old secret still works: 1h");
  addAdminOptions(rotate).action(
    async (name: string, options: AdminOptions & { readonly grace?: string }) => {
      const admin = findAdmin(options, terminal);
      const made = await askAdmin(admin, {
        path: `/key/${encodeURIComponent(await keyId(admin, name))}/regenerate`,
        body: { grace_period: options.grace },
      });
      if (options.json === true) terminal.out(printJson(made));
      else printNewKey(made as NewKey, terminal);
      finish(EXIT.ok);
    },
  );
}

function addDelete(keys: Command, context: CommandContext): void {
  const command = keys
    .command("delete")
    .description("Delete a key for ever: it is refused from now on, on every worker at once.")
    .argument("<key>", KEY);
  sendOn(command, context, {
    done: "deleted",
    idOf: keyId,
    call: (key) => ({ path: "/key/delete", body: { keys: [key] } }),
  });
}

/** By its alias, where a key has that. */
async function keyId(admin: AdminAddress, name: string): Promise<string> {
  const query = { key_alias: name, return_full_object: "true", size: "2" };
  const { keys } = (await askAdmin(admin, { path: "/key/list", query })) as KeyList;
  const found = keys.find(({ key_alias: alias }) => alias === name);
  return found?.token ?? found?.token_id ?? name;
}

interface Sending {
  /** The id of what people call so; as it was given, where it is one already. */
  readonly idOf?: (admin: AdminAddress, name: string) => Promise<string>;
  readonly call: (id: string) => AdminCall;
  /** In a word. */
  readonly done: string;
}

/** A command that takes one id and says what has been done. */
export function sendOn(
  command: Command,
  { terminal, finish }: CommandContext,
  { call, done, idOf }: Sending,
): void {
  addAdminOptions(command).action(async (name: string, options: AdminOptions) => {
    const admin = findAdmin(options, terminal);
    const answer = await askAdmin(admin, call((await idOf?.(admin, name)) ?? name));
    terminal.out(options.json === true ? printJson(answer) : `${terminal.paint("bold", name)} is ${done}.\n`);
    finish(EXIT.ok);
  });
}

export function printJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

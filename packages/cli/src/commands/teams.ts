import type { Command } from "commander";
import { EXIT } from "@rollcall/runtime";
import { addAdminOptions, askAdmin, findAdmin, type AdminOptions } from "../admin-client.ts";
import type { CommandContext } from "../context.ts";
import { limitsOf, listOf, type LimitOptions } from "../key-options.ts";
import { printTeam, printTeams, type TeamInfo, type TeamRow } from "../team-table.ts";
import { oneLine } from "../key-table.ts";
import { countOf, printJson, sendOn } from "./keys.ts";

interface CreateOptions extends AdminOptions, LimitOptions {
  readonly id?: string;
}

/** `rollcall teams …`: whose keys share models and limits. */
export function addTeams(program: Command, context: CommandContext): void {
  const teams = program.command("teams").description("Teams: keys that share models and limits.");
  addCreate(teams, context);
  addList(teams, context);
  addShow(teams, context);
  for (const [verb, says] of [
    ["block", "Refuse all keys of a team from now on."],
    ["unblock", "Take the keys of a blocked team again."],
  ] as const) {
    const command = teams.command(verb).description(says).argument("<team>", "its id");
    sendOn(command, context, {
      done: `${verb}ed`,
      call: (id) => ({ path: `/team/${verb}`, body: { team_id: id } }),
    });
  }
  const remove = teams
    .command("delete")
    .description("Delete a team and its keys.")
    .argument("<team>", "its id");
  sendOn(remove, context, {
    done: "deleted",
    call: (id) => ({ path: "/team/delete", body: { team_ids: [id] } }),
  });
}

function addCreate(teams: Command, { terminal, finish }: CommandContext): void {
  const create = teams
    .command("create")
    .description("Make a team.")
    .argument("<name>", "what people call it")
    .option("--id <id>", "its id; a random one, unless given")
    .option(
      "--models <names>",
      "models, patterns (qwen/*) and access groups, with commas between them",
      listOf,
    )
    .option("--rpm <number>", "requests a minute of all its keys together", countOf)
    .option("--parallel <number>", "requests of all its keys under way at once", countOf);
  addAdminOptions(create).action(async (name: string, options: CreateOptions) => {
    const team = await askAdmin(findAdmin(options, terminal), {
      path: "/team/new",
      body: { team_alias: name, team_id: options.id, ...limitsOf(options) },
    });
    const { team_id: id } = team as TeamRow;
    terminal.out(
      options.json === true ? printJson(team) : `${terminal.paint("bold", oneLine(id))} is made.\n`,
    );
    finish(EXIT.ok);
  });
}

function addList(teams: Command, { terminal, finish }: CommandContext): void {
  addAdminOptions(teams.command("list").description("All teams.")).action(async (options: AdminOptions) => {
    const answer = await askAdmin(findAdmin(options, terminal), { path: "/team/list" });
    terminal.out(options.json === true ? printJson(answer) : printTeams(answer as TeamRow[], terminal));
    finish(EXIT.ok);
  });
}

function addShow(teams: Command, { terminal, finish }: CommandContext): void {
  const show = teams.command("show").description("One team.").argument("<team>", "its id");
  addAdminOptions(show).action(async (id: string, options: AdminOptions) => {
    const answer = await askAdmin(findAdmin(options, terminal), {
      path: "/team/info",
      query: { team_id: id },
    });
    terminal.out(options.json === true ? printJson(answer) : printTeam(answer as TeamInfo, terminal));
    finish(EXIT.ok);
  });
}

import { oneLine } from "./key-table.ts";
import { printTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A team as control tells it, in LiteLLM's words; here what is shown of it. */
export interface TeamRow {
  readonly team_id: string;
  readonly team_alias?: string | null;
  readonly models?: readonly string[];
  readonly rpm_limit?: number | null;
  readonly max_parallel_requests?: number | null;
  readonly blocked?: boolean | null;
  readonly members_with_roles?: readonly object[];
}

export interface TeamInfo {
  readonly team_info: TeamRow;
  readonly keys?: readonly object[];
}

const HEAD = ["TEAM", "ALIAS", "MODELS", "RPM", "PARALLEL", "MEMBERS", "STATUS"];

export function printTeams(teams: readonly TeamRow[], terminal: Terminal): string {
  if (teams.length === 0) return "There are no teams yet: `rollcall teams create` makes one.\n";
  return `${printTable([HEAD.map((one) => terminal.paint("dim", one)), ...teams.map(rowOf)])}\n`;
}

export function printTeam({ team_info: team, keys = [] }: TeamInfo, terminal: Terminal): string {
  const cells = [...rowOf(team), String(keys.length)];
  const names = [...HEAD, "KEYS"].map((name) => terminal.paint("dim", name.toLowerCase()));
  return `${printTable(names.map((name, column) => [name, cells[column] ?? ""]))}\n`;
}

function rowOf(team: TeamRow): readonly string[] {
  const { models = [], rpm_limit: rpm = null, max_parallel_requests: parallel = null } = team;
  return [
    oneLine(team.team_id),
    team.team_alias === null || team.team_alias === undefined ? "-" : oneLine(team.team_alias),
    models.length === 0 ? "all" : models.map(oneLine).join(","),
    rpm === null ? "-" : String(rpm),
    parallel === null ? "-" : String(parallel),
    String(team.members_with_roles?.length ?? 0),
    team.blocked === true ? "blocked" : "active",
  ];
}

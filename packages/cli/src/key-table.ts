import { printTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A key as control tells it, in LiteLLM's words; here what is shown of it. */
export interface KeyRow {
  readonly token?: string;
  readonly token_id?: string;
  readonly key_name?: string;
  readonly key_alias?: string | null;
  readonly team_id?: string | null;
  readonly user_id?: string | null;
  readonly models?: readonly string[];
  readonly rpm_limit?: number | null;
  readonly max_parallel_requests?: number | null;
  readonly expires?: string | null;
  readonly blocked?: boolean | null;
  readonly status?: string | null;
}

export interface NewKey extends KeyRow {
  readonly key: string;
}

export interface KeyList {
  readonly keys: readonly KeyRow[];
  readonly total_count: number;
  readonly current_page: number;
  readonly total_pages: number;
}

export interface KeyInfo {
  readonly key: string;
  readonly info: KeyRow;
}

const HEAD = ["KEY", "NAME", "ALIAS", "TEAM", "USER", "MODELS", "RPM", "PARALLEL", "EXPIRES", "STATUS"];

/** The secret alone goes to the output, so that a script can keep it. */
export function printNewKey({ key, token, token_id: id }: NewKey, terminal: Terminal): void {
  terminal.out(`${key}\n`);
  terminal.err(`Shown once, and nowhere kept. Its id is ${id ?? token ?? ""}.\n`);
}

export function printKeys(
  { keys, total_count, current_page, total_pages }: KeyList,
  terminal: Terminal,
): string {
  if (total_count === 0) return "There are no virtual keys yet: `rollcall keys create` makes one.\n";
  const head = HEAD.map((one) => terminal.paint("dim", one));
  const pages = total_pages > 1 ? `Page ${current_page} of ${total_pages}; ${total_count} keys.\n` : "";
  return `${printTable([head, ...keys.map(rowOf)])}\n${pages}`;
}

export function printKey({ key, info }: KeyInfo, terminal: Terminal): string {
  const cells = rowOf({ ...info, token: info.token ?? key });
  return `${printTable(HEAD.map((name, column) => [terminal.paint("dim", name.toLowerCase()), cells[column] ?? ""]))}\n`;
}

function rowOf(row: KeyRow): readonly string[] {
  const { models = [], rpm_limit: rpm = null, max_parallel_requests: parallel = null } = row;
  return [
    row.token ?? row.token_id ?? "",
    row.key_name ?? "",
    cell(row.key_alias),
    cell(row.team_id),
    cell(row.user_id),
    models.length === 0 ? "all" : models.map(oneLine).join(","),
    rpm === null ? "-" : String(rpm),
    parallel === null ? "-" : String(parallel),
    row.expires ?? "never",
    row.blocked === true ? "blocked" : (row.status ?? "active"),
  ];
}

function cell(text: string | null | undefined): string {
  return text === null || text === undefined || text === "" ? "-" : oneLine(text);
}

/** What people have named may hold anything. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

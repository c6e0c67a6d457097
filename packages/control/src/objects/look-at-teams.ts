import { textIn } from "../api/body.ts";
import type { Call, Outcome, Reading } from "../api/call.ts";
import { badRequest, isRefusal } from "../api/refusal.ts";
import { may, relationToKey } from "../access/permissions.ts";
import { permittedTeam } from "./find-owner.ts";
import { numberIn } from "./look-at-keys.ts";
import { teamsOf } from "./members.ts";
import { printKey, printMembership, printTeam } from "./print.ts";

const PAGE_SIZE = 10;

/** More teams than that are listed by pages. */
const MOST_UNPAGED = 1_000;

/** GET /team/info. */
export function teamInfo(call: Call): Outcome {
  const { caller, now, query, world } = call;
  const { directory } = world;
  const id = textIn(query, "team_id") ?? caller.key?.team ?? null;
  if (id === null) return badRequest("team_id is required", "team_id");
  const found = permittedTeam(id, { action: "read" }, call);
  if (isRefusal(found)) return found;
  const members = directory.membersOfTeam(id);
  const isMember = found.relation === "self";
  const keys = directory
    .keysOfTeam(id)
    .filter((key) => may(relationToKey(caller, key, directory), "read", "key"));
  return {
    answer: {
      team_id: id,
      team_info: printTeam(found.row, members),
      keys: keys.map((key) => printKey(key, now)),
      // What others may use is nobody's business who only belongs to it.
      team_memberships: members
        .filter(({ user }) => !isMember || user === caller.user?.id)
        .map(printMembership),
    },
  };
}

/** GET /team/list: an array, as old clients read it. */
export async function listTeams(call: Call): Promise<Reading> {
  const { items } = await teamsPage(call, { page: 1, size: MOST_UNPAGED });
  return { answer: items };
}

/** GET /v2/team/list. */
export async function listTeamsByPage(call: Call): Promise<Reading> {
  const { query } = call;
  const [page, size] = [numberIn(query, "page", 1), numberIn(query, "page_size", PAGE_SIZE)];
  const { items, total } = await teamsPage(call, { page, size });
  return {
    answer: { teams: items, total, page, page_size: size, total_pages: Math.ceil(total / size) },
  };
}

async function teamsPage(call: Call, paging: { readonly page: number; readonly size: number }) {
  const { query, world } = call;
  const { items, total } = await world.store.listTeams({
    ...paging,
    descending: false,
    ids: seenTeams(call),
    alias: textIn(query, "team_alias"),
  });
  return { items: items.map((team) => printTeam(team, world.directory.membersOfTeam(team.id))), total };
}

/** Those that the caller may see, and of them those of the user who is asked for; null: all. */
function seenTeams(call: Call): readonly string[] | null {
  const { caller, query } = call;
  const asked = textIn(query, "user_id");
  if (caller.role === "proxy_admin" || caller.role === "proxy_admin_viewer")
    return asked === null ? null : teamsOf(asked, call);
  const own = caller.user === null ? [] : teamsOf(caller.user.id, call);
  return asked === null || asked === caller.user?.id ? own : [];
}

import { may, relationToKey } from "../access/permissions.ts";
import { textIn } from "../api/body.ts";
import type { Call, Outcome, Reading } from "../api/call.ts";
import { badRequest, isRefusal } from "../api/refusal.ts";
import { permittedUser } from "./find-owner.ts";
import { numberIn } from "./look-at-keys.ts";
import { teamsOf } from "./members.ts";
import { printKey, printTeam, printUser } from "./print.ts";

const PAGE_SIZE = 25;

/** GET /user/info: with keys and teams. */
export function userInfo(call: Call): Outcome {
  const { caller, now, world } = call;
  const { directory } = world;
  const found = askedUser(call);
  if (isRefusal(found)) return found;
  const { id } = found.row;
  const teams = teamsOf(id, call).flatMap((team) => directory.team(team) ?? []);
  return {
    answer: {
      user_id: id,
      user_info: printUser(
        found.row,
        teams.map((team) => team.id),
      ),
      keys: directory
        .keysOfUser(id)
        .filter((key) => may(relationToKey(caller, key, directory), "read", "key"))
        .map((key) => printKey(key, now)),
      teams: teams.map((team) => printTeam(team, directory.membersOfTeam(team.id))),
    },
  };
}

/** GET /v2/user/info: the user alone. */
export function plainUserInfo(call: Call): Outcome {
  const found = askedUser(call);
  return isRefusal(found) ? found : { answer: printUser(found.row, teamsOf(found.row.id, call)) };
}

function askedUser(call: Call) {
  const id = textIn(call.query, "user_id") ?? call.caller.user?.id ?? null;
  return id === null ? badRequest("user_id is required", "user_id") : permittedUser(id, "read", call);
}

/** GET /user/list: all for those who see all, else oneself. */
export async function listUsers(call: Call): Promise<Reading> {
  const { caller, query, world } = call;
  const [page, size] = [numberIn(query, "page", 1), numberIn(query, "page_size", PAGE_SIZE)];
  const { items, total } = await world.store.listUsers({
    page,
    size,
    descending: false,
    ids: seenUsers(call, caller),
    role: textIn(query, "role"),
    email: textIn(query, "user_email"),
  });
  return {
    answer: {
      users: items.map(({ user, keys }) => ({ ...printUser(user, teamsOf(user.id, call)), key_count: keys })),
      total,
      page,
      page_size: size,
      total_pages: Math.ceil(total / size),
    },
  };
}

function seenUsers({ query }: Call, { role, user }: Call["caller"]): readonly string[] | null {
  const asked = textIn(query, "user_ids")?.split(",") ?? null;
  if (role === "proxy_admin" || role === "proxy_admin_viewer") return asked;
  const own = user === null ? [] : [user.id];
  return asked === null ? own : own.filter((id) => asked.includes(id));
}

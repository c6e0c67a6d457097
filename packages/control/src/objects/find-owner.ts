import type { TeamRow, UserRow } from "@rollcall/store";
import { may, relationToTeam, relationToUser, type Action, type Relation } from "../access/permissions.ts";
import { textIn, type Body } from "../api/body.ts";
import type { Call } from "../api/call.ts";
import { badRequest, forbidden, notFound, type Refusal } from "../api/refusal.ts";

export interface FoundTeam {
  readonly row: TeamRow;
  readonly relation: Relation;
}

export interface FoundUser {
  readonly row: UserRow;
  readonly relation: Relation;
}

/** A team, or its members, that the caller may do this to. Who may not know of it hears the same as for none. */
export function permittedTeam(
  id: string,
  { action, kind = "team" }: { readonly action: Action; readonly kind?: "team" | "member" },
  { caller, world }: Call,
): FoundTeam | Refusal {
  const row = world.directory.team(id);
  const relation = relationToTeam(caller, id, world.directory);
  if (row === null || !may(relation, "read", "team"))
    return notFound(`Team not found, passed team_id=${id}`, "team_id");
  return may(relation, action, kind)
    ? { row, relation }
    : forbidden(`this key may not ${action} ${kind === "team" ? "that team" : "members of that team"}`);
}

export function permittedUser(id: string, action: Action, { caller, world }: Call): FoundUser | Refusal {
  const row = world.directory.user(id);
  const relation = relationToUser(caller, id);
  if (row === null || !may(relation, "read", "user"))
    return notFound(`User not found, passed user_id=${id}`, "user_id");
  return may(relation, action, "user")
    ? { row, relation }
    : forbidden(`this key may not ${action} that user`);
}

/** The id of the user that a request names by id or by email. */
export function namedUser(body: Body, { world }: Pick<Call, "world">): string | Refusal {
  const [id, email] = [textIn(body, "user_id"), textIn(body, "user_email")];
  if (id !== null) return id;
  if (email === null) return badRequest("user_id or user_email is required", "user_id");
  return (
    world.directory.userByEmail(email)?.id ?? notFound("User not found, passed user_email", "user_email")
  );
}

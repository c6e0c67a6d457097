import type { Api } from "./api.ts";

/** Keys of everybody in two teams that know nothing of each other, by who sends them. */
export interface Tenants {
  readonly secrets: Readonly<Record<Caller, string>>;
  /** Ids of the keys that are looked at and changed. */
  readonly ids: Readonly<Record<"bobs" | "bobsOfRed" | "robots" | "cids" | "anns", string>>;
}

export const CALLERS = ["dan", "eve", "bob", "ann", "robot", "cid", "app", "reader"] as const;
export type Caller = (typeof CALLERS)[number];

/** Red: ann (its admin), bob, eve (may only look) and a robot. Blue: cid. Dan sees everything. */
export async function makeTenants(api: Api): Promise<Tenants> {
  const made = async (target: string, body: object) => {
    const { json, status, text } = await api.post(target, body);
    if (status !== 200) throw new Error(text);
    return json;
  };
  const user = (user_id: string, more: object = {}) =>
    made("/user/new", { user_id, user_email: `${user_id}@example.com`, ...more });
  const ann = await user("ann");
  const bob = await user("bob");
  const cid = await user("cid");
  const dan = await user("dan", { user_role: "proxy_admin_viewer" });
  const eve = await user("eve", { user_role: "internal_user_viewer" });
  await made("/team/new", {
    team_id: "red",
    rpm_limit: 100,
    members_with_roles: [{ role: "admin", user_id: "ann" }, { user_id: "bob" }, { user_id: "eve" }],
  });
  await made("/team/new", {
    team_id: "blue",
    team_alias: "blue-secret-name",
    members_with_roles: [{ role: "admin", user_id: "cid" }],
  });
  const robot = await made("/key/service-account/generate", { team_id: "red", key_alias: "robot" });
  const bobsOfRed = await made("/key/generate", { team_id: "red", user_id: "bob", key_alias: "bob-red" });
  const cids = await made("/key/generate", {
    team_id: "blue",
    user_id: "cid",
    key_alias: "cid-secret-alias",
  });
  // Of an admin, and all the same no admin's.
  const app = await made("/key/generate", { user_id: "dan", key_type: "llm_api" });
  const reader = await made("/key/generate", { user_id: "bob", key_type: "read_only" });
  return {
    secrets: {
      ann: ann.key,
      bob: bob.key,
      cid: cid.key,
      dan: dan.key,
      eve: eve.key,
      robot: robot.key,
      app: app.key,
      reader: reader.key,
    },
    ids: {
      anns: ann.token,
      bobs: bob.token,
      bobsOfRed: bobsOfRed.token,
      robots: robot.token,
      cids: cids.token,
    },
  };
}

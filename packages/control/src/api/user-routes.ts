import { USER_ROLES } from "@rollcall/contract";
import { createUser, deleteUsers, updateUser } from "../objects/change-user.ts";
import { listUsers, plainUserInfo, userInfo } from "../objects/look-at-users.ts";
import { NEW_USER_FIELDS, UPDATE_USER_FIELDS } from "../objects/user-fields.ts";
import type { AdminRoute } from "./route.ts";
import { NAME, objectOf, PAGE, PAGE_SIZE, SOME_NAMES } from "./schemas.ts";

export const USER_ROUTES: readonly AdminRoute[] = [
  {
    method: "POST",
    path: "/user/new",
    summary: "Make a user, with a key unless auto_create_key is false.",
    body: objectOf(NEW_USER_FIELDS),
    decide: createUser,
  },
  {
    method: "POST",
    path: "/user/update",
    summary: "Change a user. What is left out stays; null clears.",
    body: objectOf(UPDATE_USER_FIELDS),
    decide: updateUser,
  },
  {
    method: "POST",
    path: "/user/delete",
    summary: "Delete users with their keys.",
    body: objectOf({ user_ids: SOME_NAMES }, ["user_ids"]),
    decide: deleteUsers,
  },
  {
    method: "GET",
    path: "/user/info",
    summary: "A user with its keys and teams; without one, the caller.",
    query: { user_id: NAME },
    decide: userInfo,
  },
  {
    method: "GET",
    path: "/v2/user/info",
    summary: "A user alone.",
    query: { user_id: NAME },
    decide: plainUserInfo,
  },
  {
    method: "GET",
    path: "/user/list",
    summary: "Users that the caller may see.",
    query: {
      page: PAGE,
      page_size: PAGE_SIZE,
      role: { enum: USER_ROLES },
      user_email: NAME,
      user_ids: { type: "string", maxLength: 4_096 },
    },
    decide: listUsers,
  },
];

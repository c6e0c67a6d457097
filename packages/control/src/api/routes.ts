import { AUDIT_ROUTES } from "./audit-routes.ts";
import { KEY_ROUTES } from "./key-routes.ts";
import type { AdminRoute } from "./route.ts";
import { TEAM_ROUTES } from "./team-routes.ts";
import { USER_ROUTES } from "./user-routes.ts";

/** All routes that are answered. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...KEY_ROUTES,
  ...TEAM_ROUTES,
  ...USER_ROUTES,
  ...AUDIT_ROUTES,
];

/** LiteLLM's routes that are known and not answered: 501 says so, where 404 would say that a thing is gone. */
export const LATER_ROUTES: readonly string[] = [
  "/key/:key/reset_spend",
  "/key/bulk_update",
  "/key/health",
  "/budget/*",
  "/spend/*",
  "/global/spend/*",
  "/global/spend",
  "/customer/*",
  "/end_user/*",
  "/organization/*",
  "/project/*",
  "/tag/*",
  "/access_group/*",
  "/invitation/*",
  "/credentials/*",
  "/team/permissions_list",
  "/team/permissions_update",
  "/team/daily/activity",
  "/user/daily/activity",
];

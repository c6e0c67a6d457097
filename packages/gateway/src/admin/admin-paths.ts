/** Where LiteLLM's management API has its routes, whether control knows each of them or not. */
const ADMIN =
  /^\/(?:(?:v2\/)?(?:key|team|user)|budget|spend|global|customer|end_user|tag|access_group|organization|project|credentials|audit|invitation)(?:\/|$)|^\/model\/(?:new|update|delete|block|unblock)$/;

export function isAdminPath(path: string): boolean {
  return ADMIN.test(path);
}

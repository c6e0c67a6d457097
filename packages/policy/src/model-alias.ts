import type { Grantees } from "./grantees.ts";

/** What the app's name means to this key, or else to its team: one step, never a chain. */
export function aliasFor({ key, team }: Grantees, name: string): string {
  for (const aliases of [key.aliases, team?.aliases]) {
    if (aliases !== undefined && Object.hasOwn(aliases, name)) return aliases[name] ?? name;
  }
  return name;
}

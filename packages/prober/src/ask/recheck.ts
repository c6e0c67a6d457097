import { readModels } from "../read/models.ts";
import { namesOf } from "../read/probe-result.ts";
import { ProbeSession } from "./probe-session.ts";

/** With two servers behind a port, so many rechecks all meet the same one in 1 of 16 cases, or of 128. */
const RECHECKS = 4;
const RECHECKS_IN_DOUBT = 7;

/**
 * Where other names are served than the last time, or two servers were met of late: rechecks, each on a connection of
 * its own, since the kernel chooses the server for each connection anew. The names that each one met.
 */
export async function recheck(
  { target, context, exchanges, apiPath }: ProbeSession,
  { names, path = apiPath }: { readonly names: readonly string[]; readonly path?: string | undefined },
): Promise<readonly (readonly string[])[]> {
  const { state } = context;
  const changed = state.names !== null && state.names.join("\n") !== names.join("\n");
  if (!changed && state.doubts === 0) return [];
  const met: (readonly string[])[] = [];
  for (let count = 0; count < (state.doubts > 0 ? RECHECKS_IN_DOUBT : RECHECKS); count += 1) {
    const session = new ProbeSession(target, context);
    const reading = readModels(await session.ask(`${path}/models`));
    session.close();
    exchanges.push(...session.exchanges);
    const seen = namesOf({ models: reading });
    if (seen !== null) met.push(seen);
  }
  return met;
}

import { readModels } from "../read/models.ts";
import { namesOf } from "../read/probe-result.ts";
import { Probing } from "./probe-session.ts";

/** With two servers behind a port, so many further looks all meet the same one in 1 of 16 cases, or of 128. */
const LOOKS = 4;
const LOOKS_IN_DOUBT = 7;

/**
 * Where other names are served than the last time, or two servers were met of late: more looks, each on a connection of
 * its own, since the kernel chooses the server for each connection anew. The names that each look met.
 */
export async function lookAgain(
  { backend, context, exchanges }: Probing,
  names: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const { memory } = context;
  const changed = memory.names !== null && memory.names.join("\n") !== names.join("\n");
  if (!changed && memory.doubts === 0) return [];
  const met: (readonly string[])[] = [];
  for (let look = 0; look < (memory.doubts > 0 ? LOOKS_IN_DOUBT : LOOKS); look += 1) {
    const probing = new Probing(backend, context);
    const reading = readModels(await probing.ask(`${backend.base.apiPath}/models`));
    probing.close();
    exchanges.push(...probing.exchanges);
    const seen = namesOf({ models: reading });
    if (seen !== null) met.push(seen);
  }
  return met;
}

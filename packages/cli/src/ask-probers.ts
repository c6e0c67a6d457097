import { StartError } from "@rollcall/runtime";
import type { Status } from "@rollcall/prober";
import { fetchStatus, type ProberAddress } from "./prober-client.ts";

/** What the first of several probers says that can. Throws what stands in the way of the first where none can. */
export async function askFirst<T>(
  probers: readonly ProberAddress[],
  ask: (prober: ProberAddress) => Promise<T>,
): Promise<T> {
  let inTheWay: unknown;
  for (const prober of probers) {
    try {
      return await ask(prober);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      inTheWay ??= error;
    }
  }
  throw inTheWay;
}

export interface FleetStatus {
  /** Of the first prober that answers. */
  readonly status: Status;
  /** What the others say otherwise, or that they say nothing: a line each. */
  readonly notes: readonly string[];
}

/** Asks all probers at once. Throws StartError where none answers. */
export async function askAll(probers: readonly ProberAddress[]): Promise<FleetStatus> {
  const answers = await Promise.all(
    probers.map((prober) =>
      fetchStatus(prober).then(
        (status) => ({ prober, status, error: null }),
        (error: unknown) => ({ prober, status: null, error }),
      ),
    ),
  );
  const first = answers.find((answer) => answer.status !== null);
  if (first === undefined) throw answers[0]?.error;
  const { status } = first;
  const notes = answers.flatMap((answer) => {
    if (answer.status === null) return [messageOf(answer.error)];
    return answer === first ? [] : compareDrains(status, answer.status, answer.prober.url);
  });
  return { status, notes };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A prober that was away while a deployment was drained has not heard of it, and gateways may follow that one. */
function compareDrains(told: Status, other: Status, url: string): readonly string[] {
  const [here, there] = [drainsIn(told), drainsIn(other)];
  return [
    ...[...here]
      .filter((id) => !there.has(id))
      .map(
        (id) =>
          `the prober at ${url} does not know that ${id} is drained: run \`rollcall drain ${id}\` again`,
      ),
    ...[...there]
      .filter((id) => !here.has(id))
      .map(
        (id) =>
          `the prober at ${url} alone takes ${id} for drained: run \`rollcall drain ${id}\` or \`rollcall undrain ${id}\` again`,
      ),
  ];
}

function drainsIn({ deployments }: Status): ReadonlySet<string> {
  return new Set(
    deployments.filter(({ drained }) => drained !== undefined).map(({ deployment }) => deployment),
  );
}

import { confirmed, isRoutable, type Snapshot } from "@rollcall/contract";
import { DeploymentHealth, type PortRefusal } from "./deployment-health.ts";
import type { Evidence } from "./ejection.ts";

/** The health records of all deployments, by id. */
export class HealthRegistry {
  readonly #byId = new Map<string, DeploymentHealth>();

  of(id: string): DeploymentHealth {
    let health = this.#byId.get(id);
    if (health === undefined) this.#byId.set(id, (health = new DeploymentHealth(id)));
    return health;
  }

  /** Forgets the idle ones that the config does not have any more. */
  retain(ids: ReadonlySet<string>): void {
    for (const [id, { inFlight, elsewhere }] of this.#byId) {
      if (inFlight === 0 && elsewhere === 0 && !ids.has(id)) this.#byId.delete(id);
    }
  }

  /** A verdict whose evidence was asked for after an ejection outweighs it. */
  update(snapshot: Snapshot): void {
    const ejected = [...this.#byId.values()].filter(({ ejection }) => ejection !== null);
    if (ejected.length === 0) return;
    const verdicts = new Map(snapshot.verdicts.map((verdict) => [verdict.deployment, verdict]));
    for (const health of ejected) {
      const verdict = verdicts.get(health.id);
      if (verdict !== undefined && isRoutable(verdict))
        health.onRoutable(confirmed(verdict, snapshot).observedAt);
    }
  }

  /** Which ports refuse connections, as a snapshot has it that came at that monotonic moment. */
  learnRefusals({ verdicts, writtenAt }: Pick<Snapshot, "verdicts" | "writtenAt">, now: number): void {
    const refused = new Map<string, PortRefusal>();
    for (const { deployment, check, refusedSince: since } of verdicts) {
      if (since !== undefined)
        refused.set(deployment, { check, since, at: now - Math.max(0, writtenAt - since) });
    }
    for (const health of this.#byId.values()) {
      const next = refused.get(health.id) ?? null;
      const { refusal } = health;
      // The earlier a refusal is known of, the better it is known when it was.
      if (refusal?.since !== next?.since || refusal?.check !== next?.check) health.refusal = next;
    }
  }

  /** What other generations of this gateway hold; what is not named they hold nothing of. */
  holdElsewhere(held: Readonly<Record<string, number>>): void {
    for (const health of this.#byId.values()) health.elsewhere = 0;
    for (const [id, count] of Object.entries(held)) this.of(id).elsewhere = count;
  }

  /** The last byte of answers of these that have ended, monotonic. */
  lastHeard(ids: Iterable<string>): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const id of ids) last = Math.max(last, this.#byId.get(id)?.heardAt ?? last);
    return last;
  }

  /** Requests under way on all of them. */
  get inFlight(): number {
    return [...this.#byId.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  [Symbol.iterator](): IterableIterator<DeploymentHealth> {
    return this.#byId.values();
  }

  /** What requests hold against each of them now. */
  evidence(now: number): [string, Evidence][] {
    return [...this.#byId.values()].flatMap((health): [string, Evidence][] => {
      const against = health.evidence(now);
      return against === null ? [] : [[health.id, against]];
    });
  }
}

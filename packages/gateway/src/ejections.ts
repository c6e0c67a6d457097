import { isRoutable, type Snapshot } from "@rollcall/contract";
import type { Evidence } from "./routing/decide.ts";

/** Without news from the prober an ejection ends by itself: no state is a trap. */
const DEFINITE_MS = 30_000;
const SUSPECT_MS = 5_000;

/** Evidence, and how long it is to hold where that is known. */
export interface Ejecting extends Evidence {
  readonly forMs?: number;
}

/** One moment on both clocks. */
export type Moment = Readonly<Record<"wall" | "monotonic", number>>;

interface Ejection extends Ejecting {
  readonly at: Moment;
}

/**
 * What requests themselves have shown of deployments since the prober last looked. Ends when the prober has looked again
 * and found nothing wrong, or after a while.
 */
export class Ejections {
  readonly #byId = new Map<string, Ejection>();

  add(id: string, evidence: Ejecting, now: Moment): void {
    const before = this.#byId.get(id);
    // A suspicion does not weaken a certainty.
    if (before?.definite === true && !evidence.definite && !this.#isOver(before, now.monotonic)) return;
    this.#byId.set(id, { ...evidence, at: now });
  }

  get(id: string, now: number): Evidence | null {
    const ejection = this.#byId.get(id);
    if (ejection === undefined) return null;
    if (!this.#isOver(ejection, now)) return ejection;
    this.#byId.delete(id);
    return null;
  }

  /** A verdict whose evidence was asked for after the ejection outweighs it. */
  hear(snapshot: Snapshot): void {
    if (this.#byId.size === 0) return;
    for (const verdict of snapshot.verdicts) {
      const ejection = this.#byId.get(verdict.deployment);
      // A pause that was asked for is not about what a probe sees.
      if (
        ejection !== undefined &&
        ejection.forMs === undefined &&
        isRoutable(verdict) &&
        verdict.observedAt > ejection.at.wall
      )
        this.#byId.delete(verdict.deployment);
    }
  }

  /** Those that hold now. */
  entries(now: number): readonly (readonly [string, Evidence])[] {
    return [...this.#byId].filter(([, ejection]) => !this.#isOver(ejection, now));
  }

  #isOver({ definite, at, forMs }: Ejection, now: number): boolean {
    return now - at.monotonic > (forMs ?? (definite ? DEFINITE_MS : SUSPECT_MS));
  }
}

import type { Cancelable, LimitRefusal, Reserved } from "../lease-holder.ts";
import type { Waiter } from "./account.ts";
import type { Reservation } from "./reservation.ts";

/** Who takes a pending request on. */
export interface Steps {
  proceed(pending: Pending): void;
}

/** A request that waits for a scope; its reservation has those before. */
export class Pending implements Waiter, Cancelable {
  readonly reservation: Reservation;
  readonly #done: (answer: Reserved | LimitRefusal) => void;
  readonly #steps: Steps;
  question = 0;
  isOver = false;
  stopTimer: () => void = () => {};

  constructor(reservation: Reservation, done: (answer: Reserved | LimitRefusal) => void, steps: Steps) {
    this.reservation = reservation;
    this.#done = done;
    this.#steps = steps;
  }

  takeNext(): void {
    this.reservation.takeNext();
  }

  proceed(): void {
    this.#steps.proceed(this);
  }

  admit(): void {
    this.#end();
    this.#done(this.reservation);
  }

  deny(refusal: LimitRefusal): void {
    this.#end();
    this.reservation.settle("unused");
    this.#done(refusal);
  }

  cancel(): void {
    if (this.isOver) return;
    this.#end();
    this.reservation.settle("unused");
  }

  #end(): void {
    this.isOver = true;
    this.stopTimer();
    for (const { waiting } of this.reservation.accounts) {
      const index = waiting.indexOf(this);
      if (index !== -1) waiting.splice(index, 1);
    }
  }
}

import type { Clock, Deployment } from "@rollcall/contract";
import type { RequestObserver } from "../observe/observer.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import { NOBODY, type PassedOver } from "../routing/passed-over.ts";
import {
  aliasTried,
  keepNumbers,
  keepTexts,
  NUMBER_COLUMNS,
  passedOverBy,
  readKept,
  TEXT_COLUMNS,
} from "./kept-request.ts";
import type { RequestLookup } from "./request-explanation.ts";

/** A page is taken when it is needed: who is asked little keeps little. */
const PAGE_ROWS = 256;

interface Page {
  readonly numbers: Float64Array;
  readonly texts: unknown[];
}

/** More that could not be taken are only counted. */
const MOST_PASSED_OVER = 64;

const NO_IDS: readonly string[] = [];

/**
 * Why the last requests went where they went. Kept by columns and not as objects, which the garbage collector would have to
 * move and to follow.
 */
export class RequestRing implements RequestObserver {
  readonly #clock: Pick<Clock, "now">;
  readonly #ids = new WeakMap<readonly Deployment[], readonly string[]>();
  #capacity: number;
  #pages: Page[] = [];
  #count = 0;
  #passedOver: readonly PassedOver[] = NOBODY;
  /** Of the last request: the next is often for the same alias. */
  #deployments: readonly Deployment[] | null = null;
  #idsOfThem: readonly string[] = NO_IDS;

  /** `capacity`: how many; 0 keeps none. */
  constructor(capacity: number, clock: Pick<Clock, "now">) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  /** With another capacity it begins anew. */
  resize(capacity: number): void {
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    this.#pages = [];
    this.#count = 0;
  }

  requestEnded(ctx: RequestContext, end: RequestEnd): void {
    if (this.#capacity === 0) return;
    const index = this.#count % this.#capacity;
    this.#count += 1;
    const page = this.#pageOf(index);
    const row = index % PAGE_ROWS;
    const passedOver = passedOverBy(ctx, end.failure);
    const ended = {
      ctx,
      end,
      now: this.#clock.now(),
      ids: this.#idsOf(ctx.state.config.aliases.get(aliasTried(ctx))),
      passedOver: passedOver === this.#passedOver ? passedOver : this.#shared(passedOver),
      more: Math.max(0, passedOver.length - MOST_PASSED_OVER),
    };
    keepNumbers(page.numbers, row * NUMBER_COLUMNS, ended);
    keepTexts(page.texts, row * TEXT_COLUMNS, ended);
  }

  /** The newest with this id. */
  find(requestId: string): RequestLookup {
    const kept = Math.min(this.#count, this.#capacity);
    const oldest = kept === 0 ? null : this.#read(kept - 1).startedAt;
    const lookup = { kept, capacity: this.#capacity, since: oldest };
    for (let age = 0; age < kept; age += 1)
      if (this.#idAt(age) === requestId) return { ...lookup, found: this.#read(age) };
    return { ...lookup, found: null };
  }

  #pageOf(index: number): Page {
    const place = Math.floor(index / PAGE_ROWS);
    let page = this.#pages[place];
    if (page === undefined) {
      page = { numbers: new Float64Array(PAGE_ROWS * NUMBER_COLUMNS), texts: [] };
      this.#pages[place] = page;
    }
    return page;
  }

  /** Of a fleet that is as it was a request ago one list does. */
  #shared(passedOver: readonly PassedOver[]): readonly PassedOver[] {
    const listed = passedOver.length > MOST_PASSED_OVER ? passedOver.slice(0, MOST_PASSED_OVER) : passedOver;
    if (!isSame(listed, this.#passedOver)) this.#passedOver = listed;
    return this.#passedOver;
  }

  #idsOf(deployments: readonly Deployment[] | undefined): readonly string[] {
    if (deployments === undefined) return NO_IDS;
    if (deployments === this.#deployments) return this.#idsOfThem;
    let ids = this.#ids.get(deployments);
    if (ids === undefined) {
      ids = deployments.map(({ id }) => id);
      this.#ids.set(deployments, ids);
    }
    this.#deployments = deployments;
    this.#idsOfThem = ids;
    return ids;
  }

  /** How many came after it. */
  #indexOf(age: number): number {
    return (this.#count - 1 - age) % this.#capacity;
  }

  #idAt(age: number): unknown {
    const index = this.#indexOf(age);
    return this.#pageOf(index).texts[(index % PAGE_ROWS) * TEXT_COLUMNS];
  }

  #read(age: number) {
    const index = this.#indexOf(age);
    const { numbers, texts } = this.#pageOf(index);
    const row = index % PAGE_ROWS;
    return readKept(
      numbers.subarray(row * NUMBER_COLUMNS, (row + 1) * NUMBER_COLUMNS),
      texts.slice(row * TEXT_COLUMNS, (row + 1) * TEXT_COLUMNS),
    );
  }
}

function isSame(one: readonly PassedOver[], other: readonly PassedOver[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ id, why }, index) => other[index]?.id === id && other[index].why === why)
  );
}

import type { Clock } from "@rollcall/contract";

/** `over_limit`: all bodies together would take more than the limit. `over_share`: those of this holder more than its share. */
export type BodyGrant = "ok" | "over_limit" | "over_share";

/** What one holder may keep of the limit, so that one client never takes the memory of all others. */
const SHARE = 1 / 4;

/** Above this part of what may be held, memory counts as short before anybody is refused. */
const CROWDED = 3 / 4;

/** For so long after a refusal somebody is taken to wait for memory. */
const CONTENDED_MS = 10_000;

/** Accounts of holders without a body are kept up to here: deleting one with each request would rebuild the map all the time. */
const MAX_IDLE_ACCOUNTS = 256;

/** Bytes held, of all or of one holder, and when a body was last refused for them (monotonic). */
interface Account {
  bytes: number;
  bodies: number;
  refusedAt: number;
}

export interface BodyMemoryOptions {
  /** For all bodies that this process holds, in bytes. Read on every call, since it may change while running. */
  readonly limitBytes: () => number;
  /** The largest body allowed, in bytes. A share is never smaller, or that body could never be sent. */
  readonly maxBodyBytes: () => number;
  readonly clock: Pick<Clock, "monotonic">;
}

/** Accounts for the memory of all request bodies in this process, by whoever sent them. Allocates nothing itself. */
export class BodyMemory {
  readonly #options: BodyMemoryOptions;
  readonly #total: Account = newAccount();
  readonly #holders = new Map<string, Account>();

  constructor(options: BodyMemoryOptions) {
    this.#options = options;
  }

  /** Bytes of all bodies held now. */
  get heldBytes(): number {
    return this.#total.bytes;
  }

  /** Holders that are remembered, with and without a body. */
  get holders(): number {
    return this.#holders.size;
  }

  /** `holder`: the principal's id, or the client's address where there is one key for all. */
  open(holder: string): BodyHold {
    let account = this.#holders.get(holder);
    if (account === undefined) {
      account = newAccount();
      this.#holders.set(holder, account);
    }
    account.bodies += 1;
    return new BodyHold(this, holder, account);
  }

  /** Whether `bytes` more fit. A refusal is remembered as a sign that somebody waits. Called by holds only. */
  check(account: Account, bytes: number): BodyGrant {
    const limit = this.#options.limitBytes();
    if (this.#total.bytes + bytes > limit) return this.#refuse(this.#total, "over_limit");
    if (account.bytes + bytes > this.#share(limit)) return this.#refuse(account, "over_share");
    return "ok";
  }

  /** Counts `bytes` more, or fewer where negative. Called by holds only. */
  count(account: Account, bytes: number): void {
    account.bytes += bytes;
    this.#total.bytes += bytes;
  }

  /** Called by holds only. */
  contended(account: Account): boolean {
    const limit = this.#options.limitBytes();
    return this.#isContended(this.#total, limit) || this.#isContended(account, this.#share(limit));
  }

  /** Called by holds only. */
  close(holder: string, account: Account): void {
    account.bodies -= 1;
    if (account.bodies === 0 && this.#holders.size > MAX_IDLE_ACCOUNTS) this.#holders.delete(holder);
  }

  #share(limit: number): number {
    return Math.max(limit * SHARE, this.#options.maxBodyBytes());
  }

  #refuse(account: Account, grant: BodyGrant): BodyGrant {
    account.refusedAt = this.#options.clock.monotonic();
    return grant;
  }

  #isContended({ bytes, refusedAt }: Account, most: number): boolean {
    return bytes > most * CROWDED || this.#options.clock.monotonic() - refusedAt < CONTENDED_MS;
  }
}

/** The memory of one request's body, from its first byte until the body is no longer needed. */
export class BodyHold {
  readonly #memory: BodyMemory;
  readonly #holder: string;
  readonly #account: Account;
  #bytes = 0;
  #released = false;

  constructor(memory: BodyMemory, holder: string, account: Account) {
    this.#memory = memory;
    this.#holder = holder;
    this.#account = account;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Others, or other requests of the same holder, wait for memory: a body that hardly arrives must not keep its own. */
  get contended(): boolean {
    return this.#memory.contended(this.#account);
  }

  /** Whether a body of `bytes` would fit now; takes nothing, so that a body that was only announced costs nobody else. */
  check(bytes: number): BodyGrant {
    return this.#memory.check(this.#account, bytes);
  }

  /** Takes `bytes` more; nothing where refused. */
  grow(bytes: number): BodyGrant {
    const grant = this.#memory.check(this.#account, bytes);
    if (grant !== "ok") return grant;
    this.#bytes += bytes;
    this.#memory.count(this.#account, bytes);
    return grant;
  }

  /** Gives all of it back. May be called more than once. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#memory.count(this.#account, -this.#bytes);
    this.#bytes = 0;
    this.#memory.close(this.#holder, this.#account);
  }
}

function newAccount(): Account {
  return { bytes: 0, bodies: 0, refusedAt: -Infinity };
}

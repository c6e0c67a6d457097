/** Who asks. What a request may do, and what it is counted under, follows from this alone. */
export interface Principal {
  /** `master` may do everything; `anonymous` is everybody where no key is asked for. */
  readonly kind: "master" | "anonymous" | "key";
  /** Stable and safe to print: never the key itself. */
  readonly id: string;
}

export const MASTER: Principal = { kind: "master", id: "master" };
export const ANONYMOUS: Principal = { kind: "anonymous", id: "anonymous" };

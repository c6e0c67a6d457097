import type { Finding } from "./finding.ts";
import type { Site } from "./site.ts";

/** One thing that `rollcall doctor` looks at: how it is looked at, and apart from that what is said of it. */
export interface Check<Facts> {
  readonly name: string;
  /** Reads files, asks peers. What goes wrong there is a fact too: it never rejects for what it looks at. */
  readonly gather: (site: Site) => Promise<Facts> | Facts;
  /** Pure. */
  readonly judge: (facts: Facts) => readonly Finding[];
}

/** A check whose facts nobody else needs to know. */
export interface AnyCheck {
  readonly name: string;
  readonly run: (site: Site) => Promise<readonly Finding[]>;
}

export function asAny<Facts>({ name, gather, judge }: Check<Facts>): AnyCheck {
  return { name, run: async (site) => judge(await gather(site)) };
}

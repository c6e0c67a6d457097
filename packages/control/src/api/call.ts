import type { Row, RowName, Store } from "@rollcall/store";
import type { Caller } from "../access/caller.ts";
import type { Directory } from "../directory/directory.ts";
import type { ChosenKeyRules, Lots } from "../objects/secrets.ts";
import type { Body } from "./body.ts";
import type { Refusal } from "./refusal.ts";

/** All that a decision may look at. Nothing in it is changed by one. */
export interface World {
  readonly directory: Directory;
  readonly store: Pick<Store, "listKeys" | "listTeams" | "listUsers" | "listAudit" | "checkAudit">;
  readonly lots: Lots;
  readonly chosenKeys: ChosenKeyRules;
  readonly isMasterKey: (secret: string) => boolean;
}

/** One request that may be decided: its caller is known, and its fields are of the types that its schema has. */
export interface Call {
  readonly world: World;
  readonly caller: Caller;
  readonly body: Body;
  readonly query: Body;
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What a request comes to. Rows are written and audited together, and only then is it answered. */
export interface Decision {
  readonly put?: readonly Row[];
  readonly removed?: readonly RowName[];
  readonly answer: object;
}

export type Outcome = Decision | Refusal;

/** What a request that only reads comes to, once the store has answered. */
export type Reading = Pick<Decision, "answer"> | Refusal;

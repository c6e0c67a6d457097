import type { Slice, Store } from "../store.ts";

/** What may be asked of the store on another thread: the methods of its port. */
export type StoreMethod = keyof Store;

/** Between threads a text is a tenth of the work that objects are: all but texts goes as JSON. */
export interface Question {
  readonly id: number;
  readonly method: StoreMethod;
  /** JSON of the list of arguments. */
  readonly args: string;
}

export type Answer =
  /** JSON; null: nothing. */
  | { readonly id: number; readonly json: string | null }
  /** A slice, which is a text already. */
  | { readonly id: number; readonly slice: Slice }
  | { readonly id: number; readonly error: string };

/** The first message: the database is open, or why it is not. */
export type Opening = { readonly open: true } | { readonly error: string };

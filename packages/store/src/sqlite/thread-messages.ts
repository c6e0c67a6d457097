import type { Store } from "../store.ts";

/** What may be asked of the store on another thread: the methods of its port. */
export type StoreMethod = keyof Store;

export interface Question {
  readonly id: number;
  readonly method: StoreMethod;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** The first message: the database is open, or why it is not. */
export type Opening = { readonly open: true } | { readonly error: string };

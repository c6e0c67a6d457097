import type { Row, RowName } from "@rollcall/store";

/** By which a row is removed. */
export function nameOf({ kind, id }: Row): RowName {
  return { kind, id };
}

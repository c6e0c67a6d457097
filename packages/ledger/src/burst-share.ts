/** Of a minute's tokens, as many may go at once. Ledger and holders have to have the same. */
export function burstShareOf({ burstMs }: { readonly burstMs: number }): number {
  return burstMs / 60_000;
}

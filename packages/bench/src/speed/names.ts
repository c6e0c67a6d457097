/** What clients call the nth model, and what its backends call it: different, so that a gateway has to replace it. */
export function aliasOf(index: number): string {
  return index === 0 ? "coder" : `coder-${index}`;
}

export function servedName(index: number): string {
  return index === 0 ? "qwen3-coder-30b" : `qwen3-coder-30b-${index}`;
}

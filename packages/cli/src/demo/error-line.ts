/** What a daemon's log line says where it is an error; what is no log line stays as it is. Null: nothing to show. */
export function printErrorLine(line: string): string | null {
  let entry: { readonly level?: unknown; readonly msg?: unknown };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return `${line}\n`;
  }
  return entry.level === "error" ? `${String(entry.msg)}\n` : null;
}

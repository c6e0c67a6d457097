import { readPairs, type TraceDestination } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";

/** What a destination is shown with every export; null where a secret of it cannot be read. */
export function headersFor(
  { headers, headerLists, basic }: TraceDestination,
  secrets: Pick<Secrets, "value">,
): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const list of headerLists) {
    const text = secrets.value(list);
    if (text === null) return null;
    for (const [name, value] of readPairs(text)) found[name.toLowerCase()] = value;
  }
  for (const [name, ref] of headers) {
    const value = secrets.value(ref);
    if (value === null) return null;
    found[name] = value;
  }
  if (basic === null) return found;
  const [user, password] = [secrets.value(basic.user), secrets.value(basic.password)];
  if (user === null || password === null) return null;
  found["authorization"] = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return found;
}

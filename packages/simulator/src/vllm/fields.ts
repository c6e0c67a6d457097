export type Fields = Readonly<Record<string, unknown>>;

/** What is no object has no fields. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

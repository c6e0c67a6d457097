/** A request's body or query, once its schema has been held against it. */
export type Body = Readonly<Record<string, unknown>>;

/** A field that the schema lets be a text or null; null also where it was left out. */
export function textIn(body: Body, field: string): string | null {
  const value = body[field];
  return typeof value === "string" ? value : null;
}

/** A list of texts; null: it was left out. What is null is an empty one. */
export function textsIn(body: Body, field: string): readonly string[] | null {
  const value = body[field];
  return value === undefined ? null : ((value ?? []) as readonly string[]);
}

export function isTrue(body: Body, field: string): boolean {
  return body[field] === true;
}

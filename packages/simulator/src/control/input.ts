import { existsSync } from "node:fs";

/** Says what was expected and what was found. */
export class InputError extends Error {}

/** What the value of a field must be like. */
export interface Shape<T> {
  readonly what: string;
  accepts(value: unknown): value is T;
}

export const STRING: Shape<string> = {
  what: "a string",
  accepts: (value) => typeof value === "string",
};

export const STRINGS: Shape<string[]> = {
  what: "a list of strings",
  accepts: (value): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === "string"),
};

export const FILE: Shape<string> = {
  what: "a file that is there",
  accepts: (value): value is string => typeof value === "string" && existsSync(value),
};

/** A server always has a name. */
export const NAMES: Shape<string[]> = {
  what: "a list of at least one string",
  accepts: (value): value is string[] => STRINGS.accepts(value) && value.length > 0,
};

export const NUMBER: Shape<number> = {
  what: "a number",
  accepts: (value) => typeof value === "number",
};

export const AMOUNT: Shape<number> = {
  what: "a number from 0 on",
  accepts: (value): value is number => typeof value === "number" && value >= 0,
};

export const COUNT: Shape<number> = {
  what: "a whole number from 1 on",
  accepts: (value): value is number => Number.isInteger(value) && Number(value) > 0,
};

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return {
    what: `one of ${values.join(", ")}`,
    accepts: (value): value is T => values.some((known) => known === value),
  };
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return {
    what: `${shape.what}, or null`,
    accepts: (value): value is T | null => value === null || shape.accepts(value),
  };
}

/** The JSON body of a control request, taken field by field. */
export class Input {
  #fields: Record<string, unknown>;
  #known: string[] = [];

  constructor(body: string) {
    this.#fields = parse(body);
  }

  take<T>(name: string, shape: Shape<T>): T {
    this.#known.push(name);
    const value = this.#fields[name];
    if (shape.accepts(value)) return value;
    throw new InputError(`${name}: expected ${shape.what}, found ${JSON.stringify(value) ?? "nothing"}`);
  }

  /** An object with the field, or without it when it was not given. */
  maybe<N extends string, T>(name: N, shape: Shape<T>): { [K in N]?: T } {
    if (Object.hasOwn(this.#fields, name)) return { [name]: this.take(name, shape) } as { [K in N]: T };
    this.#known.push(name);
    return {};
  }

  /** A misspelt field must not pass unseen. */
  done(): void {
    const unknown = Object.keys(this.#fields).filter((name) => !this.#known.includes(name));
    if (unknown.length === 0) return;
    throw new InputError(
      `unknown field ${unknown.join(", ")}: expected ${this.#known.join(", ") || "no fields"}`,
    );
  }
}

function parse(body: string): Record<string, unknown> {
  if (body.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new InputError(`body: expected a JSON object, found ${JSON.stringify(body.slice(0, 40))}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InputError(`body: expected a JSON object, found ${JSON.stringify(value)}`);
}

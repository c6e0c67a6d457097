import { InvalidArgumentError } from "commander";

/** Reads names separated by commas, in whatever case, for commander; refuses those that are not known. */
export function oneOf(known: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const names = text.toLowerCase().split(",");
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length === 0) return names;
    throw new InvalidArgumentError(`unknown: ${unknown.join(", ")}; known: ${known.join(", ")}`);
  };
}

import { InvalidArgumentError } from "commander";

/** From 0 on, with a fraction. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("Expected a number from 0 on.");
}

export function wholeNumber(text: string): number {
  const value = number(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError("Expected a whole number.");
}

export function portNumber(text: string): number {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("Expected a port, at most 65535.");
}

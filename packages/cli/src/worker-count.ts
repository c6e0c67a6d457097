import { InvalidArgumentError } from "commander";

/** Flag and description, the same for all commands that start a gateway. */
export const WORKERS = [
  "-w, --workers <number>",
  "gateway processes that share the port; auto: one per core",
] as const;

export function parseWorkerCount(text: string): number | "auto" {
  if (text === "auto") return text;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256 || text.trim() === "") {
    throw new InvalidArgumentError("expected a number from 1 to 256, or auto.");
  }
  return count;
}

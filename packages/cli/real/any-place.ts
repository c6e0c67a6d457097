import { findPlace } from "./places.ts";

/** For vitest's `globalSetup`: says what is absent, and ends a run that would test nothing. */
export function setup(): void {
  const places = (["vLLM", "llama.cpp"] as const).map(findPlace);
  const absent = places.flatMap((place) => ("absent" in place ? [place.absent] : []));
  if (absent.length === places.length) throw new Error(`nothing to test against.\n${absent.join("\n")}`);
  for (const line of absent) process.stdout.write(`skipped: ${line}\n`);
}

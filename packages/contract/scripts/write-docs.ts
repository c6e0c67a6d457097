import { readFileSync, writeFileSync } from "node:fs";
import { documentUrl, GENERATED_PARTS, withGeneratedPart } from "./generated-parts.ts";

// The tables stand between marks in their documents; a test holds them against the source.
for (const name of Object.keys(GENERATED_PARTS)) {
  const target = documentUrl(name);
  writeFileSync(target, withGeneratedPart(name, readFileSync(target, "utf8")));
}

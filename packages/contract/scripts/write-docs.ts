import { readFileSync, writeFileSync } from "node:fs";
import { withGeneratedParts } from "./generated-parts.ts";

// The tables stand between marks in the README; a test holds them against the source.
const target = new URL("../../../README.md", import.meta.url);
writeFileSync(target, withGeneratedParts(readFileSync(target, "utf8")));

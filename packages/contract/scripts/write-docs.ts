import { readFileSync, writeFileSync } from "node:fs";
import { readmeWithReasons } from "./reasons-table.ts";

// The table stands between two marks in the README; a test holds it against the source.
const target = new URL("../../../README.md", import.meta.url);
writeFileSync(target, readmeWithReasons(readFileSync(target, "utf8")));

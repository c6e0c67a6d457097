import { writeFileSync } from "node:fs";
import { CONFIG_SCHEMA } from "../src/index.ts";

// Generated for editors; a test holds the file against its source.
const target = new URL("../config.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`);

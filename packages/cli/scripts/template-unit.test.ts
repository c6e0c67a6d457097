import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { templateUnit } from "./template-unit.ts";

const UNITS = path.join(import.meta.dirname, "../../../deploy/systemd");
const files = readdirSync(UNITS).filter((file) => /^rollcall-\w+\.(service|socket)$/.test(file));

test.each(files)("nothing in the template of %s is shared with another instance", (file) => {
  const template = templateUnit(readFileSync(path.join(UNITS, file), "utf8"));
  const values = template.split("\n").filter((line) => /^\w+=/.test(line));
  const shared = values.filter(
    (line) => /\/etc\/rollcall|^StateDirectory=|rollcall-\w/.test(line) && !line.includes("%i"),
  );
  expect(shared).toEqual([]);
  expect(template).toMatch(/^Description=.*%i/m);
});

import { expect, it } from "vitest";
import { SYSTEMS } from "../systems/all.ts";
import { FAULTS } from "./all.ts";

it("has rows with names of their own", () => {
  const names = FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.every((name) => /^[a-z0-9-]+$/.test(name))).toBe(true);
});

it("has a system that can be put through every row", () => {
  const able = SYSTEMS.filter(({ abilities }) =>
    FAULTS.every(({ needs = [] }) => needs.every((need) => abilities.includes(need))),
  );
  expect(able.map(({ name }) => name)).toEqual(["Rollcall"]);
});

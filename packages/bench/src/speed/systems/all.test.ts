import { expect, it } from "vitest";
import { SCENARIOS } from "../scenarios/all.ts";
import { takesPart } from "../scenarios/scenario.ts";
import { QUICK } from "../quick.ts";
import { SYSTEMS } from "./all.ts";

it("has names that are unlike each other and can be typed", () => {
  const names = [...SYSTEMS, ...SCENARIOS].map(({ name }) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
});

it("runs slow systems in few scenarios", () => {
  const count = (name: string) =>
    SCENARIOS.filter(({ own }) => own === undefined).filter((scenario) =>
      SYSTEMS.some((system) => system.name === name && takesPart(system, scenario)),
    ).length;
  expect(count("LiteLLM")).toBe(2);
  expect(count("vllm-router")).toBeGreaterThan(count("LiteLLM"));
  expect(count("Rollcall")).toBeGreaterThan(count("vllm-router"));
});

it("knows all that the quick run names", () => {
  const names = new Set([...SYSTEMS, ...SCENARIOS].map(({ name }) => name.toLowerCase()));
  for (const name of [...QUICK.scenarios, ...QUICK.systems]) expect(names).toContain(name);
});

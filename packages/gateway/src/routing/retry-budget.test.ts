import { expect, test } from "vitest";
import { RetryBudget } from "./retry-budget.ts";

/** How many retries it gives in a row. */
function drain(budget: RetryBudget): number {
  let given = 0;
  while (budget.spend()) given += 1;
  return given;
}

test("a hundred retries may be at once, and then none", () => {
  const budget = new RetryBudget();
  expect(drain(budget)).toBe(100);
  expect(budget.spend()).toBe(false);
});

test("every five requests earn one retry", () => {
  const budget = new RetryBudget();
  drain(budget);
  for (let turn = 0; turn < 4; turn += 1) budget.earn();
  expect(budget.spend()).toBe(false);
  for (let turn = 0; turn < 51; turn += 1) budget.earn();
  expect(drain(budget)).toBe(10);
});

test("no more than a hundred are saved up", () => {
  const budget = new RetryBudget();
  for (let turn = 0; turn < 10_000; turn += 1) budget.earn();
  expect(budget.left).toBe(100);
  expect(drain(budget)).toBe(100);
});

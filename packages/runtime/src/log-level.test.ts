import { expect, test } from "vitest";
import { Cell } from "./cell.ts";
import { LogLevelControl, type LogSettings } from "./log-level.ts";
import type { LogLevel } from "./log-lines.ts";

const settings = (level: LogLevel): LogSettings => ({
  config: { log: { level, format: "json", clientAddress: false } },
});

test("an order outweighs the command line, which outweighs the config", () => {
  const log = { level: "" };
  const cell = new Cell(settings("warn"));
  const control = new LogLevelControl([log], null);
  const seen: string[] = [];
  const look = () => seen.push(`${log.level} by ${control.by}`);
  look();
  control.follow(cell);
  look();
  cell.set(settings("error"));
  look();
  control.order("debug");
  cell.set(settings("warn"));
  look();
  control.order(null);
  look();
  expect(seen).toEqual([
    "info by config",
    "warn by config",
    "error by config",
    "debug by order",
    "warn by config",
  ]);

  const given = new LogLevelControl([log], "silent");
  given.follow(cell);
  expect([log.level, given.by]).toEqual(["silent", "command line"]);
  given.order("info");
  expect([log.level, given.by]).toEqual(["info", "order"]);
});

import { expect, it } from "vitest";
import { Child } from "./child.ts";

it("has all of a process's output once everything was read", async () => {
  const print = 'process.stdout.write("x".repeat(200_000), () => process.exit(3))';
  const child = new Child(process.execPath, ["-e", print]);
  expect(await child.allRead).toBe(3);
  expect(child.output).toHaveLength(200_000);
});

it("says why a program could not be started", async () => {
  expect(await new Child("no-such-program", []).allRead).toContain("ENOENT");
});

import { readProcesses } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { Child } from "./child.ts";

it("has all of a process's output once everything was read", async () => {
  const print = 'process.stdout.write("x".repeat(200_000), () => process.exit(3))';
  const child = new Child(process.execPath, ["-e", print]);
  expect(await child.allRead).toBe(3);
  expect(child.output).toHaveLength(200_000);
});

it("leaves nothing behind that a process started, however that one ends", async () => {
  const grandchild = "setInterval(() => {}, 1_000); console.log(1)";
  const spawn = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" })`;
  const child = new Child(process.execPath, ["-e", spawn]);
  await child.sees(/1/);
  expect(await child.stop("SIGKILL")).toBe("SIGKILL");
  // The grandchild holds the output open as long as it lives.
  expect(await child.allRead).toBe("SIGKILL");
}, 5_000);

it("and nothing when the bench itself is told to end", async () => {
  const [child, endOnSignal] = ["child.ts", "end-on-signal.ts"].map((name) =>
    import.meta.resolve(`./${name}`),
  );
  const bench = `
    import { Child } from ${JSON.stringify(child)};
    import { endOnSignal } from ${JSON.stringify(endOnSignal)};
    endOnSignal();
    const child = new Child(process.execPath, ["-e", "setInterval(() => {}, 1_000)"]);
    console.log(child.pid);
  `;
  const running = new Child(process.execPath, ["--input-type=module", "-e", bench]);
  await running.sees(/\d+\n/);
  const pid = Number(running.output);
  const isAlive = () => readProcesses().some((one) => one.pid === pid);
  expect(isAlive()).toBe(true);
  running.signal("SIGTERM");
  expect(await running.ended).toBe(130);
  await expect.poll(isAlive).toBe(false);
}, 5_000);

it("says why a program could not be started", async () => {
  expect(await new Child("no-such-program", []).allRead).toContain("ENOENT");
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "../test/ask.ts";

const MAIN = fileURLToPath(new URL("fleet-main.ts", import.meta.url));

test("the program says where it listens, obeys lines on stdin and ends on SIGTERM", async () => {
  const program = spawn(process.execPath, [MAIN, "--backends", "20", "--names-each", "2"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const lines = createInterface({ input: program.stdout });
  const [listening] = await once(lines, "line");
  const [, url = ""] =
    /^listening (http:\S+) 20 backends from http:\S+\/b\/0 on$/.exec(String(listening)) ?? [];
  expect((await ask(`${url}/b/19/v1/models`)).json().data).toHaveLength(2);
  program.stdin.write('{"backends":[19],"switch":"redirect"}\n');
  expect((await once(lines, "line"))[0]).toBe('{"switched":1}');
  expect((await ask(`${url}/b/19/v1/models`)).status).toBe(302);
  program.stdin.write('{"backends":[20],"switch":"hang"}\n');
  expect((await once(lines, "line"))[0]).toBe('{"error":"backend 20: expected 0 to 19"}');
  program.kill("SIGTERM");
  expect((await once(program, "exit"))[0]).toBe(0);
});

test("a wrong flag ends it with 64", async () => {
  const program = spawn(process.execPath, [MAIN, "--backends", "many"], { stdio: "ignore" });
  expect((await once(program, "exit"))[0]).toBe(64);
});

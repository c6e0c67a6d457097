import { EXIT } from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import { expect, onTestFinished, test } from "vitest";
import { DaemonProcess } from "./daemon-process.ts";

/** A daemon that does what the script says, and what is said about it. */
function daemon(script: string) {
  const said: string[] = [];
  const lines: string[] = [];
  const process = new DaemonProcess(
    { name: "gateway", args: ["-e", script] },
    {
      clock: new FakeClock({ sleepsPass: true }),
      onLine: (line) => void lines.push(line),
      onError: (text) => void said.push(text),
    },
  );
  onTestFinished(async () => void (await process.stop()));
  return { process, said, lines };
}

const LISTEN = 'process.send({ kind: "listening", url: "http://here" }, () => ';

test("says where it listens, whatever it logs", async () => {
  const { process, lines } = daemon(
    `console.log("address: elsewhere"); ${LISTEN}setInterval(() => {}, 1_000))`,
  );
  expect(await process.url).toBe("http://here");
  expect(await process.stop()).toBe(EXIT.unclean);
  expect(lines).toEqual(["address: elsewhere"]);
});

test("is restarted when it exits after it had listened, ever later", async () => {
  const { said } = daemon(`${LISTEN}process.exit(1))`);
  await expect.poll(() => said.length).toBeGreaterThan(2);
  expect(said.slice(0, 2)).toEqual([
    "gateway exited (exit 1); restarting in 100 ms\n",
    "gateway exited (exit 1); restarting in 200 ms\n",
  ]);
});

test.each([
  ["it never listened", "process.exit(7)", 7],
  ["its config cannot be used", `${LISTEN}process.exit(${EXIT.usage}))`, EXIT.usage],
])("is not where it exits and %s: its complaint would only be repeated", async (_why, script, code) => {
  const { process, said } = daemon(script);
  expect(await process.ended).toBe(code);
  expect(said).toEqual([]);
});

test("is restarted where it is killed before it listened", async () => {
  const { said } = daemon('process.kill(process.pid, "SIGKILL")');
  await expect.poll(() => said[0]).toBe("gateway exited (SIGKILL); restarting in 100 ms\n");
});

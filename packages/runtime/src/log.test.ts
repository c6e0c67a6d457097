import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { silentLog } from "./log.ts";

function logged(script: string): Record<string, unknown>[] {
  const module = new URL("log.ts", import.meta.url).href;
  const code = `import { openAccessLog, openLog } from ${JSON.stringify(module)};\n${script}`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    encoding: "utf8",
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a line says when, how bad and which daemon, and holds no key where keys usually stand", () => {
  const lines = logged(`
    const log = openLog("gateway");
    log.debug("not shown");
    log.info({ alias: "chat", apiKey: "sk-1", api_key: "sk-2", key: "sk-3", authorization: "Bearer sk-4",
      headers: { authorization: "Bearer sk-5", accept: "*/*" }, backend: { apiKey: "sk-6" } }, "request");
  `);
  const hidden = "[redacted]";
  expect(lines).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: "gateway",
      alias: "chat",
      apiKey: hidden,
      api_key: hidden,
      key: hidden,
      authorization: hidden,
      headers: { authorization: hidden, accept: "*/*" },
      backend: { apiKey: hidden },
      msg: "request",
    },
  ]);
});

test("the level chosen holds", () => {
  const script = (level: string) => `
    const log = openLog("prober", "${level}");
    for (const name of ["debug", "info", "warn", "error"]) log[name](name);
  `;
  expect(logged(script("debug")).map(({ msg }) => msg)).toEqual(["debug", "info", "warn", "error"]);
  expect(logged(script("warn")).map(({ msg }) => msg)).toEqual(["warn", "error"]);
  expect(logged(script("silent"))).toEqual([]);
});

test("the access log's lines are held, keep their place among the others, and are there at the end", () => {
  const lines = logged(`
    const [access, log] = [openAccessLog("gateway"), openLog("gateway")];
    access.info({ status: 200 }, "one");
    log.warn("two");
    access.info({}, "three");
    process.exit(0);
  `);
  expect(lines.map(({ msg }) => msg)).toEqual(["one", "two", "three"]);
  expect(lines[0]).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: "gateway",
    status: 200,
    msg: "one",
  });
});

test("journald has priorities on both streams, in either format, and why a daemon does not start", () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-log-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "journal");
  const journal = openSync(file, "a");
  onTestFinished(() => closeSync(journal));
  const { dev, ino } = fstatSync(journal, { bigint: true });
  const module = new URL("log.ts", import.meta.url).href;
  const code = `
    import { followLogSettings, logStartError, openDaemonLogs } from ${JSON.stringify(module)};
    const logs = openDaemonLogs("gateway", { facts: { worker: 1 } });
    logs.log.error("one");
    const log = { level: "warn", format: "text", clientAddress: false };
    followLogSettings(logs, { get: () => ({ config: { log } }), subscribe: () => {} });
    logs.log.info("not told");
    logs.log.warn({ status: 503 }, "two");
    logStartError("gateway", { message: 'c.yaml cannot be used:\\n  /c.yaml:1:1: error: api_base: found "http://gpu"' });
  `;
  spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    env: { JOURNAL_STREAM: `${dev}:${ino}` },
    stdio: ["ignore", journal, journal],
  });
  const told = readFileSync(file, "utf8")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .split("\n");
  expect(told.toSorted()).toEqual([
    "",
    '<2>TIME fatal gateway cannot start complaints=["/c.yaml:1:1: error: api_base: found \\"…\\""]',
    '<3>{"level":"error","time":"TIME","service":"gateway","worker":1,"msg":"one"}',
    "<4>TIME warn  gateway two worker=1 status=503",
  ]);
});

test("the silent log has every method and says nothing", () => {
  expect(() => {
    for (const level of ["debug", "info", "warn", "error"] as const) silentLog[level]("nothing");
  }).not.toThrow();
});

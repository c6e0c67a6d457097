import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { VERDICTS } from "@rollcall/contract";
import { FileSnapshotWriter } from "@rollcall/snapshot";
import { keyRecord, teamRecord } from "./access-records.ts";
import { readConfig, snapshotOf, verdictOn } from "./deployments.ts";
import { gatewayFor, MESSAGES, simulator } from "./harness.ts";
import { PlayedControl } from "./played-control.ts";

const atEnd = (end: () => Promise<unknown>) => onTestFinished(async () => void (await end()));

const keys = ["sk-one", "sk-two", "sk-three"].map((secret) => keyRecord(secret, { team: "t" }));

/** A gateway that tells who asks, and what its page then has of it. */
async function asked(metrics: object) {
  const directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-keys-"));
  atEnd(() => rm(directory, { recursive: true }));
  await PlayedControl.start(directory, { records: [...keys, teamRecord("t")], atEnd });
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    {
      rollcall: { keys: { enabled: true }, metrics },
      state: { file: path.join(directory, "state.json") },
      says: "nothing",
    },
  );
  // Where control is told its keys, too.
  const verdicts = readConfig(gateway.written).deployments.map((deployment) => verdictOn(deployment));
  const written = { sequence: 1, writtenAt: Date.now(), intervalMs: 60_000 };
  await new FileSnapshotWriter(VERDICTS, path.join(directory, "state.json")).write(
    snapshotOf(verdicts, written),
  );
  await vi.waitFor(async () => expect(await gateway.metric("snapshot_sequence")).toBe(1));
  const chat = (key: string) =>
    gateway.ask("/v1/chat/completions", {
      body: { model: "chat", messages: MESSAGES, max_tokens: 5 },
      headers: { authorization: `Bearer ${key}` },
    });
  for (const key of ["sk-one", "sk-one", "sk-two", "sk-three"]) expect((await chat(key)).status).toBe(200);
  const page = await gateway.metrics();
  return { gateway, lines: page.split("\n").filter((line) => line.startsWith("rollcall_gateway_key_")) };
}

test("requests and tokens are counted by who asked, for so many of them, behind the master key", async () => {
  const { gateway, lines } = await asked({ key_labels: "team_and_key", key_series: 2 });
  const who = (index: number) => `team="t",key="${keys[index]?.id}",alias="chat"`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `rollcall_gateway_key_requests_total{${who(0)},status="2xx"} 2`,
      `rollcall_gateway_key_requests_total{${who(1)},status="2xx"} 1`,
      'rollcall_gateway_key_requests_total{team="other",key="other",alias="chat",status="2xx"} 1',
      `rollcall_gateway_key_tokens_total{${who(0)},type="output"} 10`,
    ]),
  );
  expect(lines.join()).not.toContain(keys[2]?.id);
  const without = async (headers: Record<string, string>) =>
    (await gateway.ask("/metrics", { headers: { authorization: "", ...headers } })).status;
  expect(await without({})).toBe(401);
  expect(await without({ authorization: "Bearer sk-wrong" })).toBe(401);
  expect(await without({ authorization: "Bearer sk-one" })).toBe(403);
});

test("unless the config wants it nobody is told, and the page is open", async () => {
  const { gateway, lines } = await asked({});
  expect(lines).toEqual([]);
  expect((await gateway.ask("/metrics", { headers: { authorization: "" } })).status).toBe(200);
});

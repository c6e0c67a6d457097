import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { StartError } from "@rollcall/runtime";
import { expect, onTestFinished, test } from "vitest";
import { askAll, askFirst } from "./ask-probers.ts";
import { fetchFirstReady, type ProberAddress } from "./prober-client.ts";

const AWAY: ProberAddress = { url: "http://127.0.0.1:9", key: null };

/** A prober that answers everything so. */
async function prober(body: object | string): Promise<ProberAddress> {
  const server = createServer((_message, response) => {
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: null };
}

/** A status of deployments a and b, of which these are drained. */
function fleet(...drained: readonly string[]): object {
  return {
    deployments: ["a", "b"].map((deployment) => ({
      deployment,
      ...(drained.includes(deployment) && { drained: { since: 0 } }),
    })),
  };
}

test("the first that answers says how things stand, and those that are away are named", async () => {
  const { status, notes } = await askAll([AWAY, await prober(fleet("a"))]);
  expect(status).toEqual(fleet("a"));
  expect(notes).toEqual([expect.stringContaining("no prober answers at http://127.0.0.1:9")]);
});

test("one that has not heard of a drain is named, with what to do", async () => {
  const late = await prober(fleet("b"));
  const { notes } = await askAll([await prober(fleet("a")), late]);
  expect(notes).toEqual([
    `the prober at ${late.url} does not know that a is drained: run \`rollcall drain a\` again`,
    `the prober at ${late.url} alone takes b for drained: run \`rollcall drain b\` or \`rollcall undrain b\` again`,
  ]);
});

test("probers that agree are nothing to speak of", async () => {
  const { notes } = await askAll([await prober(fleet("a")), await prober(fleet("a"))]);
  expect(notes).toEqual([]);
});

test("where none answers the first is told of", async () => {
  await expect(askAll([AWAY, { url: "http://127.0.0.1:10", key: null }])).rejects.toThrow(StartError);
  await expect(askFirst([AWAY], () => Promise.reject(new StartError("away")))).rejects.toThrow("away");
});

test("the next one is asked where the first cannot say", async () => {
  const ask = ({ url }: ProberAddress) =>
    url === AWAY.url ? Promise.reject(new StartError("away")) : Promise.resolve(url);
  const other = { url: "http://127.0.0.1:10", key: null };
  expect(await askFirst([AWAY, other], ask)).toBe(other.url);
});

test("readiness is the first one's that answers", async () => {
  const there = await prober("[+] chat: 1 ready\n");
  expect(await fetchFirstReady([AWAY.url, there.url], { alias: null, require: null })).toEqual({
    url: there.url,
    status: 200,
    text: "[+] chat: 1 ready\n",
  });
});

import { expect, it } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { readyHistory, historyOf } from "../../test/deployment-histories.ts";
import { Events } from "../events.ts";
import { proberApp } from "./app.ts";
import type { EventList } from "./event-list.ts";

function asked() {
  const events = new Events(3);
  const verdict = (deployment: string, alias: string) => ({ ...readyHistory().verdict, deployment, alias });
  for (const [id, alias] of [
    ["1", "a"],
    ["2", "a"],
    ["1", "a"],
    ["3", "org/b"],
  ] as const)
    events.record(historyOf().verdict, verdict(id, alias), 7);
  const app = proberApp(httpOf(new ProberHarness([{}]), { events }));
  return async (path: string) => {
    const reply = await app.request(path);
    return { status: reply.status, body: (await reply.json()) as EventList };
  };
}

it("lists what changed, newest last, and from where on it knows all", async () => {
  const get = asked();
  const { status, body } = await get("/events");
  expect(status).toBe(200);
  expect(body).toMatchObject({ instance: "this", oldest: 2, newest: 4 });
  expect(body.events).toMatchObject([
    {
      sequence: 2,
      at: 7,
      deployment: "2",
      alias: "a",
      from: "unknown",
      to: "ok",
      expected: "llama",
      found: ["llama"],
    },
    { sequence: 3 },
    { sequence: 4 },
  ]);
});

it.each([
  ["since=3", [4]],
  ["since=4", []],
  ["since=0", [2, 3, 4]],
  ["deployment=1", [3]],
  ["alias=org%2Fb", [4]],
  ["alias=a&since=2", [3]],
  ["alias=x", []],
])("can be asked for %s", async (query, sequences) => {
  const { body } = await asked()(`/events?${query}`);
  expect(body.events.map(({ sequence }) => sequence)).toEqual(sequences);
});

it.each([
  ["since=-1", 'since must be the sequence of an event, and not "-1"'],
  ["since=", 'since must be the sequence of an event, and not ""'],
  ["since=1.5", 'since must be the sequence of an event, and not "1.5"'],
  ["after=3", 'no parameter "after": there are since, deployment, alias'],
])("says what is wrong with %s", async (query, error) => {
  expect(await asked()(`/events?${query}`)).toEqual({ status: 400, body: { error } });
});

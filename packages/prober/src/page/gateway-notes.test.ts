import { Cell, type Settings } from "@rollcall/runtime";
import { FakeClock, settle } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { configOf, settingsOf } from "../../test/configs.ts";
import { GatewayNotes, readNotes } from "./gateway-notes.ts";

it.each([
  [
    "a stale snapshot",
    "[!] snapshot is stale (14 s old): the last verdicts are kept; is the prober running?",
  ],
  ["none at all", "[-] no snapshot from the prober yet"],
  ["a config that was refused", "[!] the config file has errors: the previous config is in use"],
  ["another config", "[!] the prober uses a different config: its results for changed entries are ignored"],
  ["settings", "[!] settings need a restart: gateway.port"],
])("of a gateway %s is told", (_what, line) =>
  expect(readNotes(`[+] x\n${line}\nready\n`)).toEqual([line.slice(4)]),
);

it.each([
  ["what is well", "[+] snapshot is fresh (0.3 s old)"],
  ["aliases, which the prober knows", "[!] snapshot is: 0 ready, out: x down".replace("snapshot is", "chat")],
  ["what is no gateway's", "<html>snapshot is stale</html>"],
])("%s is not", (_what, line) => expect(readNotes(line)).toEqual([]));

it("is asked where the config has it, at most every five seconds, and nothing is known where none answers", async () => {
  const clock = new FakeClock();
  const settings = new Cell<Settings>(
    settingsOf(configOf([{}], { gateway: { host: "0.0.0.0", port: 4_100 } })),
  );
  const asked: string[] = [];
  let text: string | null = "[-] no snapshot from the prober yet\n";
  const notes = new GatewayNotes({
    clock,
    settings,
    ask: async (url) => {
      asked.push(url);
      if (text === null) throw new Error("refused");
      return text;
    },
  });
  expect(notes.latest()).toBeNull();
  await settle();
  expect(notes.latest()).toEqual(["no snapshot from the prober yet"]);
  expect(asked).toEqual(["http://127.0.0.1:4100/readyz?verbose"]);
  text = null;
  clock.jump(5_000);
  notes.latest();
  await settle();
  expect(notes.latest()).toBeNull();
  expect(asked.length).toBe(2);
});

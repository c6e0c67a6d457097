import { expect, test, vi } from "vitest";
import { NO_FAULT, Secrets } from "@rollcall/runtime";
import { configOf } from "../../test/deployments.ts";
import { ParentSettings, sendSettings } from "./parent-settings.ts";

const config = configOf({ one: { params: { api_key: "os.environ/KEY" } } });
const settingsWith = (key: string, generation: number) => ({
  config,
  secrets: Secrets.read(config, { env: { KEY: key }, directory: "/" }),
  generation,
});

function received(askParent = () => {}) {
  const first = structuredClone(sendSettings(settingsWith("sk-one", 1)));
  return new ParentSettings({ settings: first, status: NO_FAULT }, askParent);
}

test("settings are the same on both sides of the channel, secrets included", () => {
  const source = received();
  const { config: own, secrets, generation } = source.cell.get();
  expect(own).toEqual(config);
  expect(secrets.value({ from: "env", name: "KEY" })).toBe("sk-one");
  expect(generation).toBe(1);
});

test("what the parent tells is in force at once, and its subscribers hear of it", () => {
  const source = received();
  const heard: number[] = [];
  source.cell.subscribe(({ generation }) => heard.push(generation));
  source.take({ kind: "settings", settings: structuredClone(sendSettings(settingsWith("sk-two", 2))) });
  expect(heard).toEqual([2]);
  expect(source.cell.get().secrets.value({ from: "env", name: "KEY" })).toBe("sk-two");
  const status = { fault: null, needRestart: ["gateway.port"] };
  source.take({ kind: "status", status });
  expect(source.status.get()).toEqual(status);
});

test("after a refused key the parent is asked to look, but not with every request", () => {
  const askParent = vi.fn<() => void>();
  const source = received(askParent);
  const asked = [0, 1, 199, 200, 300, 401].map((now) => {
    expect(source.refresh(now)).toBe(false);
    return askParent.mock.calls.length;
  });
  expect(asked).toEqual([1, 1, 1, 2, 2, 3]);
});

import { expect, it } from "vitest";
import { configOf } from "../../test/configs.ts";
import { targetDeployments, targetsOf } from "./target.ts";

it("a backend is probed at the address that the config has", () => {
  const { backends } = configOf([{ base: "https://gpu-1:8443/team/v1" }]);
  expect(backends.flatMap(targetsOf)).toMatchObject([{ address: "https://gpu-1:8443" }]);
});

it("deployments of one backend share its target, and each is named apart", () => {
  const config = configOf([
    { id: "1", alias: "a" },
    { id: "2", alias: "b" },
    { id: "3", alias: "c", base: "http://b:8000" },
  ]);
  const all = targetDeployments(config);
  expect(all.map(({ deployment }) => deployment.id)).toEqual(["1", "2", "3"]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(3);
  const [first, second, third] = all.map(({ target }) => target.id);
  expect([first === second, first === third]).toEqual([true, false]);
});

it("the same server with another key is another target", () => {
  const { backends } = configOf([{ key: "a" }, { key: "b" }]);
  expect(new Set(backends.flatMap(targetsOf).map(({ id }) => id)).size).toBe(2);
});

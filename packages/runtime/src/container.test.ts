import * as fs from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { insideContainer } from "./container.ts";

vi.mock("node:fs", () => ({
  existsSync: vi.fn<(file: string) => boolean>(),
  readFileSync: vi.fn<(file: string) => string>(),
}));

beforeEach(() => {
  vi.mocked(fs.existsSync).mockReturnValue(false);
  vi.mocked(fs.readFileSync).mockReturnValue("0::/init.scope\n");
});

test("a machine of its own is no container", () => {
  expect(insideContainer({ PATH: "/bin" })).toBe(false);
});

test.each([{ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, { container: "podman" }, { container: "" }])(
  "the environment %j tells a container",
  (env) => {
    expect(insideContainer(env)).toBe(true);
  },
);

test.each(["/.dockerenv", "/run/.containerenv"])("the file %s tells a container", (file) => {
  vi.mocked(fs.existsSync).mockImplementation((asked) => asked === file);
  expect(insideContainer({})).toBe(true);
});

test.each(["docker/0a1b", "kubepods/burstable", "containerd", "libpod-0a1b"])(
  "a control group %s tells a container",
  (group) => {
    vi.mocked(fs.readFileSync).mockReturnValue(`12:cpu:/${group}\n`);
    expect(insideContainer({})).toBe(true);
  },
);

test("a system without control groups is no container", () => {
  vi.mocked(fs.readFileSync).mockImplementation(() => {
    throw new Error("ENOENT");
  });
  expect(insideContainer({})).toBe(false);
});

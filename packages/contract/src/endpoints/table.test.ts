import { expect, test } from "vitest";
import { realtime } from "./realtime.ts";
import { ENDPOINTS } from "./table.ts";

const ALL = [...ENDPOINTS, realtime];

test("no two endpoints share a name or a path", () => {
  const names = ALL.map(({ name }) => name);
  const paths = ALL.flatMap(({ method, paths: own }) => own.map((path) => `${method} ${path}`));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(paths).size).toBe(paths.length);
});

test("a mode has one canary", () => {
  const modes = ENDPOINTS.flatMap(({ canary }) => canary?.modes ?? []);
  expect(new Set(modes).size).toBe(modes.length);
});

test.each(ALL.map((endpoint) => [endpoint.name, endpoint] as const))(
  "%s is called by paths that begin with a slash and end without one",
  (_name, { paths, upstreamPath }) => {
    expect(paths.length).toBeGreaterThan(0);
    for (const path of [...paths, upstreamPath]) expect(path).toMatch(/^\/.*[^/]$/);
  },
);

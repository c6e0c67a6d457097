import { expect, test } from "vitest";
import { ENDPOINTS } from "./table.ts";

test("no two endpoints share a name or a path", () => {
  const names = ENDPOINTS.map(({ name }) => name);
  const paths = ENDPOINTS.flatMap(({ method, paths: own }) => own.map((path) => `${method} ${path}`));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(paths).size).toBe(paths.length);
});

test("a mode has one canary", () => {
  const modes = ENDPOINTS.flatMap(({ canary }) => canary?.modes ?? []);
  expect(new Set(modes).size).toBe(modes.length);
});

test.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
  "%s is called by paths that begin with a slash and end without one",
  (_name, { paths, upstreamPath }) => {
    expect(paths.length).toBeGreaterThan(0);
    for (const path of [...paths, upstreamPath]) expect(path).toMatch(/^\/.*[^/]$/);
  },
);

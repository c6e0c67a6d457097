import { describe, expect, test } from "vitest";
import { CHANGELOG, releaseChangelog, releaseEdits, whyNotAfter } from "./release-edits.ts";

const LOG =
  "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- All.\n";
const RELEASE = { from: "0.1.0", to: "0.2.0", day: "2026-02-03" };

const FILES: Readonly<Record<string, string>> = {
  "packages/cli/package.json": '{"version": "0.1.0", "dependencies": {"x": "0.1.0"}}',
  "packages/node/package.json": '{"version": "24.21.0"}',
  "packages/contract/src/version.ts": 'export const VERSION = "0.1.0";',
  "packages/control/test/golden/openapi.txt": '"version": "0.1.0"',
  "deploy/docker/Dockerfile": "ARG VERSION=0.1.0\nLABEL x=0.1.0",
  "deploy/chart/Chart.yaml": 'version: 0.1.0\nappVersion: "0.1.0"\n',
  "deploy/kubernetes/keys/rollcall.yaml":
    'app.kubernetes.io/version: "0.1.0"\nimage: r.example/rollcall:0.1.0\n',
  [CHANGELOG]: LOG,
};

describe("a release", () => {
  test("changes the version wherever it stands, and nothing else that looks like it", () => {
    const edits = releaseEdits(Object.keys(FILES), (file) => FILES[file] ?? "", RELEASE);
    expect(Object.fromEntries(edits)).toEqual({
      "packages/cli/package.json": '{"version": "0.2.0", "dependencies": {"x": "0.1.0"}}',
      "packages/contract/src/version.ts": 'export const VERSION = "0.2.0";',
      "packages/control/test/golden/openapi.txt": '"version": "0.2.0"',
      "deploy/docker/Dockerfile": "ARG VERSION=0.2.0\nLABEL x=0.1.0",
      "deploy/chart/Chart.yaml": 'version: 0.2.0\nappVersion: "0.2.0"\n',
      "deploy/kubernetes/keys/rollcall.yaml":
        'app.kubernetes.io/version: "0.2.0"\nimage: r.example/rollcall:0.2.0\n',
      [CHANGELOG]: LOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n"),
    });
  });

  test("is refused where a file says another version", () => {
    const read = (file: string) => (file.endsWith("version.ts") ? 'VERSION = "0.0.9"' : (FILES[file] ?? ""));
    expect(() => releaseEdits(Object.keys(FILES), read, RELEASE)).toThrow(
      'packages/contract/src/version.ts does not have VERSION = "0.1.0"',
    );
  });

  test.each([
    ["no head", "# Changelog\n", "has no ## [Unreleased]"],
    ["nothing under it", "## [Unreleased]\n\n## [0.1.0]\n\n- All.\n", "nothing stands under ## [Unreleased]"],
  ])("is refused where the changelog has %s", (_what, text, why) => {
    expect(() => releaseChangelog(text, RELEASE)).toThrow(why);
  });
});

test.each([
  ["0.2.0", "0.1.0", null],
  ["0.1.1", "0.1.0", null],
  ["1.0.0", "0.9.9", null],
  ["0.2.0", "0.2.0-rc.1", null],
  ["0.2.0-rc.2", "0.2.0-rc.1", null],
  ["0.1.0", "0.2.0", "0.1.0 is not after 0.2.0"],
  ["0.2.0-rc.1", "0.2.0", "0.2.0-rc.1 is not after 0.2.0"],
  ["0.1.0", "0.1.0", "0.1.0 was released"],
  ["v1", "0.1.0", "v1 is no version: write X.Y.Z or X.Y.Z-rc.1"],
])("%s after %s: %s", (to, from, why) => {
  expect(whyNotAfter(to, from, false)).toBe(why);
});

test("the first release may be the version that is there", () => {
  expect(whyNotAfter("0.1.0", "0.1.0", true)).toBeNull();
});

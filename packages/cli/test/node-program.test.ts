import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const SCRIPT = path.join(import.meta.dirname, "../../node/bin/node");
const UNAME = ["/usr/bin/uname", "/bin/uname"];

test("the workspace's node, found by itself under another name, says that there is none", () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-node-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  copyFileSync(SCRIPT, path.join(directory, "node"));
  const uname = UNAME.find((file) => spawnSync(file).status === 0) ?? "";
  symlinkSync(uname, path.join(directory, "uname"));
  const { status, stderr } = spawnSync(path.join(directory, "node"), ["-v"], {
    env: { PATH: directory },
    encoding: "utf8",
    timeout: 5_000,
  });
  expect([status, stderr]).toEqual([127, expect.stringContaining("install Node 24")]);
});

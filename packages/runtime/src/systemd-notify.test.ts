import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary.ts";
import { notifyBySystemdNotify } from "./systemd-notify.ts";

/** A directory for the PATH with a program of that name in it. */
function programThat(script: string): string {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, "systemd-notify"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return directory;
}

test("all variables go in one call, and of the environment only what it needs: there are keys in it", async () => {
  const directory = programThat(`printf '%s\\n' "$@" "$(/usr/bin/env)" > "$(/usr/bin/dirname "$0")/seen"`);
  const env = { PATH: directory, NOTIFY_SOCKET: "@/run/socket", OPENAI_API_KEY: "sk-hidden" };
  await notifyBySystemdNotify(env)(["READY=1", "STATUS=3 of 4 aliases ready; llama: $(wrong) name"]);
  const seen = readFileSync(path.join(directory, "seen"), "utf8");
  expect(seen).toMatch(/^READY=1\nSTATUS=3 of 4 aliases ready; llama: \$\(wrong\) name\n/);
  expect(seen).toContain("NOTIFY_SOCKET=@/run/socket\n");
  expect(seen).not.toContain("sk-hidden");
});

test("a message that did not arrive is told of", async () => {
  const notify = notifyBySystemdNotify({ PATH: programThat("exit 1"), NOTIFY_SOCKET: "/nowhere" });
  await expect(notify(["READY=1"])).rejects.toMatchObject({ code: 1 });
});

test("where there is no such program, that is said", async () => {
  const notify = notifyBySystemdNotify({ PATH: temporaryDirectory(), NOTIFY_SOCKET: "/nowhere" });
  await expect(notify(["READY=1"])).rejects.toMatchObject({ code: "ENOENT" });
});

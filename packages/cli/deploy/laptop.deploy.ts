import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDocument } from "../test/documents.ts";
import { eventually } from "../test/harness.ts";
import { documentedBlocks, isAsShown, unlike } from "../test/shell-blocks.ts";
import { missingTools, Scratch } from "./bare-machine.ts";
import { copyCheckout } from "./checkout.ts";
import { ComposeHost, type RunningService } from "./compose-host.ts";

const PAGE = "packages/docs/quick-start.md";

const BACKEND =
  "--host 127.0.0.2 --port 8000 --api-key key-of-the-server --served-model-name qwen3-coder-30b".split(" ");

const missing = missingTools(["unshare", "nsenter", "ip", "git"]);
if (missing.length > 0)
  process.stdout.write(`skipped, since ${missing.join(" and ")} is not on this machine: the quick start\n`);

describe.skipIf(missing.length > 0)("the quick start, in a fresh checkout", () => {
  const scratch = new Scratch();
  const checkout = scratch.path("checkout");
  const host = new ComposeHost(checkout);
  let shells = 0;

  beforeAll(async () => {
    await copyCheckout(checkout);
    const { packageManager } = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as {
      packageManager: string;
    };
    // What `npm start` does first, with the network that only that needs.
    await promisify(execFile)(
      "npx",
      ["-y", packageManager, "install", "--frozen-lockfile", "--prefer-offline"],
      {
        cwd: checkout,
        maxBuffer: 1e8,
      },
    );
    const [, config = ""] = /```yaml\n(.*?)\n *```/s.exec(readDocument(PAGE)) ?? [];
    writeFileSync(path.join(checkout, "my.yaml"), config.replaceAll(/^ {3}/gm, ""));
    await host.start({ "llm-backend-02": "127.0.0.2" });
    host.service("backend", {}, [
      process.execPath,
      path.join(checkout, "packages/simulator/src/main.ts"),
      ...BACKEND,
    ]);
  });
  afterAll(async () => {
    await host.stop();
    scratch.remove();
  });

  function shell(script: string): RunningService {
    shells += 1;
    return host.service(`shell-${shells}`, {}, ["bash", "-c", `cd ${checkout}\n${script}`]);
  }

  /** What a terminal has from one command to the next. */
  let exported = "";

  async function ends({ child, said }: RunningService): Promise<string> {
    await eventually(() => child.exitCode !== null, 60_000).catch(() => {});
    if (child.exitCode !== 0) throw new Error(`exit ${child.exitCode}: ${said()}`);
    return said();
  }

  let terminal: RunningService | null = null;
  async function interrupt(): Promise<void> {
    if (terminal === null) return;
    process.kill(-(terminal.child.pid ?? 0), "SIGINT");
    await eventually(async () => (await host.curl(["http://127.0.0.1:4000/livez"])) === null, 30_000);
    terminal = null;
  }

  test.each(documentedBlocks(PAGE).map((block) => [block.heading, block.line, block] as const))(
    "%s (line %i)",
    async (_heading, _line, { script, prints }) => {
      const isDaemon = script.startsWith("npm start");
      if (isDaemon) await interrupt();
      const running = shell(`${exported}\n${isDaemon ? script : `set -e\n${script}`}`);
      if (isDaemon) {
        terminal = running;
        // Until it has printed what the page shows. Ctrl-C is the reader's.
        await eventually(() => isAsShown(running.said(), prints ?? ""), 60_000).catch(() => {});
      } else {
        await ends(running);
        exported += script.match(/^export .*$/gm)?.join("\n") ?? "";
      }
      expect(unlike(running.said(), prints)).toBeNull();
    },
  );

  test("what README.md has of it is the same", () => {
    const quick = documentedBlocks(PAGE).map(({ script }) => script.replaceAll(/ +#.*$/gm, ""));
    for (const { script } of documentedBlocks("README.md", "Quick start"))
      expect(quick).toContain(script.replaceAll(/ +#.*$/gm, ""));
  });
});

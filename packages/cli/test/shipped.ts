import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BUILD = fileURLToPath(new URL("../scripts/build.ts", import.meta.url));
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

/** What is shipped, as npm lays it, in a directory far from the workspace. */
export class Shipped {
  readonly #home = mkdtempSync(path.join(os.tmpdir(), "rollcall-shipped-"));
  readonly #modules = path.join(this.#home, "node_modules");
  readonly directory = path.join(this.#modules, "rollcall");
  readonly bin = path.join(this.directory, "bin/rollcall.js");
  readonly old = this.#oldNode();

  /** Builds it; resolves with what the build prints. */
  async build(): Promise<string> {
    return (await promisify(execFile)(process.execPath, [BUILD, "--out", this.directory])).stdout;
  }

  /** Installs this Node as the optional dependency for this system, or one that does not start. */
  installNode(how: "works" | "broken"): void {
    const directory = path.join(this.#modules, NODE_PACKAGE);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(path.join(directory, "bin"), { recursive: true });
    writeFileSync(path.join(directory, "package.json"), '{"bin":{"node":"bin/node"}}');
    const node = path.join(directory, "bin/node");
    if (how === "works") symlinkSync(process.execPath, node);
    else {
      writeFileSync(node, "#!/bin/sh\nexit 127\n");
      chmodSync(node, 0o755);
    }
  }

  uninstallNode(): void {
    rmSync(path.join(this.#modules, NODE_PACKAGE), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** A Node that is too old: the machine's own where it is one, otherwise this one under an older name. */
  #oldNode(): readonly string[] {
    for (const directory of (process.env["PATH"] ?? "").split(path.delimiter)) {
      const node = path.join(directory, "node");
      const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
      if (/^v(18|20|22)\./.test(stdout ?? "")) return [node];
    }
    const disguise = path.join(this.#home, "disguise.cjs");
    writeFileSync(disguise, 'Object.defineProperty(process, "version", { value: "v20.0.0" });\n');
    return [process.execPath, "--require", disguise];
  }
}

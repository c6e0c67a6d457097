import path from "node:path";
import { cached } from "./cache.ts";
import type { Peer } from "./peer.ts";
import { versionOf } from "./version-of.ts";

/** A package of PyPI's in a virtual environment of its own. */
export class PythonPackage {
  readonly #home: string;
  readonly #name: string;
  readonly install: Peer["install"];

  constructor(name: string, requirement: string) {
    this.#home = cached(name);
    this.#name = name;
    this.install = [
      ["python3", "-m", "venv", this.#home],
      [this.program("pip"), "install", "--quiet", requirement],
    ];
  }

  program(name: string): string {
    return path.join(this.#home, "bin", name);
  }

  version(): Promise<string | null> {
    const ask = `from importlib.metadata import version; print(version('${this.#name}'))`;
    return versionOf(this.program("python"), ["-c", ask], /(\S+)/);
  }
}

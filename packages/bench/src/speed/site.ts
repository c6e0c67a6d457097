import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Backend, startBackend } from "./backend/backend.ts";

/** What the systems of one scenario are put in front of. */
export interface SiteOptions {
  /** Entries of the config; each alias has as many of them as there are backends. */
  readonly deployments: number;
  /** Ports of the one process that plays all backends. */
  readonly backends: number;
  /** Of each stream. */
  readonly eventsPerSecond: number;
}

export interface Site extends SiteOptions {
  /** For the files of the systems. */
  readonly directory: string;
  readonly backend: Backend;
  close(): Promise<void>;
}

const directories = new Set<string>();

// A bench that is interrupted leaves nothing behind either.
process.on("exit", () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export async function openSite(options: SiteOptions): Promise<Site> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-bench-speed-"));
  directories.add(directory);
  const { deployments, backends, eventsPerSecond } = options;
  const backend = await startBackend({
    ports: backends,
    names: Math.ceil(deployments / backends),
    eventsPerSecond,
  });
  return {
    ...options,
    directory,
    backend,
    close: async () => {
      await backend.stop();
      rmSync(directory, { recursive: true, force: true });
      directories.delete(directory);
    },
  };
}

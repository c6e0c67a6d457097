import path from "node:path";
import { printProblem, type Config, type Environment, type Problem } from "@rollcall/contract";
import { Cell } from "./cell.ts";
import { loadConfig } from "./config-file.ts";
import { insideContainer } from "./container.ts";
import { EXIT, StartError } from "./exit-codes.ts";
import type { Log } from "./log.ts";
import { MASTER_KEY, Secrets } from "./secrets.ts";

/** What a daemon works by: one config and the secrets it refers to, swapped together. */
export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Counts the swaps; 1 is what the process began with. */
  readonly generation: number;
}

export interface SettingsOptions {
  readonly file: string;
  readonly env: Environment;
  /** The prober needs no master key to do its work. */
  readonly needsMasterKey: boolean;
  readonly log: Log;
}

/** The config file and its secrets as one cell that follows them. A bad file or secret changes nothing but `fault`. */
export class SettingsSource {
  readonly cell: Cell<Settings>;
  readonly #options: SettingsOptions;
  /** Why the newest files are not in use; null when they are. */
  fault: string | null = null;
  reloadedAt: number;

  /** Throws StartError, with every complaint, where the first reading does not succeed. */
  constructor(options: SettingsOptions, now: number) {
    this.#options = options;
    const { config, secrets, problems } = readSettings(options);
    const warnings = problems.filter((problem) => problem.severity === "warning");
    for (const problem of warnings) options.log.warn(printProblem(problem));
    this.cell = new Cell({ config, secrets, generation: 1 });
    this.reloadedAt = now;
  }

  /** Reads everything anew; swaps only what is whole and different. Returns whether it swapped. */
  reload(now: number): boolean {
    const old = this.cell.get();
    let fresh: ReadSettings;
    try {
      fresh = readSettings(this.#options);
    } catch (fault) {
      this.#complain(fault instanceof Error ? fault.message : String(fault));
      return false;
    }
    if (this.fault !== null) this.#options.log.info("config is good again");
    this.fault = null;
    if (fresh.config.checksum === old.config.checksum && fresh.secrets.equals(old.secrets)) return false;
    this.reloadedAt = now;
    this.cell.set({ config: fresh.config, secrets: fresh.secrets, generation: old.generation + 1 });
    this.#options.log.info(
      { generation: old.generation + 1, config: fresh.config.checksum },
      "config reloaded",
    );
    return true;
  }

  #complain(message: string): void {
    if (this.fault === message) return;
    this.fault = message;
    // Complaints quote what they found, and a log line holds no hosts or names: they are for `rollcall check` and /status.
    const complaints = message.split("\n").length - 1;
    this.#options.log.error(
      { complaints },
      "config not reloaded: the previous one stays in use; `rollcall check` says why",
    );
  }
}

interface ReadSettings {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly problems: readonly Problem[];
}

function readSettings({ file, env, needsMasterKey }: SettingsOptions): ReadSettings {
  const { config, env: fullEnv, problems } = loadConfig(file, env, { inContainer: insideContainer(env) });
  if (config === null) throw new StartError(listProblems(file, problems.map(printProblem)), EXIT.usage);
  const secrets = Secrets.read(config, { env: fullEnv, directory: path.dirname(path.resolve(file)) });
  const missing = [...secrets.problems].filter(([where]) => needsMasterKey || where !== MASTER_KEY);
  if (missing.length > 0) {
    throw new StartError(
      listProblems(
        file,
        missing.map(([where, problem]) => `${file}: error: ${where}: ${problem}`),
      ),
      EXIT.usage,
    );
  }
  return { config, secrets, problems };
}

function listProblems(file: string, lines: readonly string[]): string {
  return `${file} cannot be used:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

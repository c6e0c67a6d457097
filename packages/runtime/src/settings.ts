import path from "node:path";
import { printProblem, type Config, type Environment, type Problem } from "@rollcall/contract";
import { Cell } from "./cell.ts";
import { parseConfigFiles, readConfigFiles, sameFiles, type ConfigFiles } from "./config-file.ts";
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

/** Evidence of a rotated key may come with every request; the files are looked at no more often than this for it. */
const REFRESH_MS = 200;

/** The config file and its secrets as one cell that follows them. A bad file or secret changes nothing but `fault`. */
export class SettingsSource {
  readonly cell: Cell<Settings>;
  readonly #options: SettingsOptions;
  #read: ReadSettings;
  #lookedAt: number;
  /** Why the newest files are not in use; null when they are. */
  fault: string | null = null;
  /** When what is in use was taken over. */
  reloadedAt: number;

  /** Throws StartError, with every complaint, where the first reading does not succeed. */
  constructor(options: SettingsOptions, now: number) {
    this.#options = options;
    this.#read = readSettings(options, null);
    this.#lookedAt = now;
    const { config, problems, secrets } = this.#read;
    const warnings = problems.filter((problem) => problem.severity === "warning");
    for (const problem of warnings) options.log.warn(printProblem(problem));
    this.cell = new Cell({ config, secrets, generation: 1 });
    this.reloadedAt = now;
  }

  /** Reads what changed; swaps only what is whole and different. Returns whether it swapped. */
  reload(now: number): boolean {
    this.#lookedAt = now;
    const old = this.cell.get();
    try {
      this.#read = readSettings(this.#options, this.#read);
    } catch (fault) {
      this.#complain(fault instanceof Error ? fault.message : String(fault));
      return false;
    }
    const { config, secrets } = this.#read;
    if (this.fault !== null) this.#options.log.info("config is good again");
    this.fault = null;
    if (config.checksum === old.config.checksum && secrets.equals(old.secrets)) return false;
    this.reloadedAt = now;
    const generation = old.generation + 1;
    this.cell.set({ config, secrets, generation });
    this.#options.log.info({ generation, config: config.checksum }, "config reloaded");
    return true;
  }

  /** A key was refused: perhaps it was rotated a moment ago, so the files are looked at now and not in a second. */
  refresh(now: number): boolean {
    return now - this.#lookedAt >= REFRESH_MS && this.reload(now);
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
  readonly files: ConfigFiles;
  readonly config: Config;
  readonly env: Environment;
  readonly secrets: Secrets;
  readonly problems: readonly Problem[];
}

/** Parsing a large config takes long, and it is looked at every second: texts that are the same are not parsed again. */
function readSettings(
  { file, env, needsMasterKey }: SettingsOptions,
  last: ReadSettings | null,
): ReadSettings {
  const files = readConfigFiles(file, last?.files);
  const parsed =
    last !== null && sameFiles(files, last.files)
      ? last
      : parseConfigFiles(files, env, { inContainer: insideContainer(env) });
  const { config, env: fullEnv, problems } = parsed;
  if (config === null) throw new StartError(listProblems(file, problems.map(printProblem)), EXIT.usage);
  const secrets = Secrets.read(config, { env: fullEnv, directory: path.dirname(path.resolve(file)) });
  const missing = [...secrets.problems].filter(([where]) => needsMasterKey || where !== MASTER_KEY);
  if (missing.length > 0) {
    const lines = missing.map(([where, problem]) => `${file}: error: ${where}: ${problem}`);
    throw new StartError(listProblems(file, lines), EXIT.usage);
  }
  return { files, config, env: fullEnv, secrets, problems };
}

function listProblems(file: string, lines: readonly string[]): string {
  return `${file} cannot be used:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

import path from "node:path";
import {
  err,
  ok,
  groupProblems,
  printGroup,
  settingsNeedingRestart,
  withRunningSettings,
  type Config,
  type Daemon,
  type Environment,
  type Problem,
  type Result,
} from "@rollcall/contract";
import { Cell } from "./cell.ts";
import {
  parseConfigFiles,
  readConfigFiles,
  sameFiles,
  type ConfigFiles,
  type LoadedConfig,
} from "./config-file.ts";
import { insideContainer } from "./container.ts";
import { EXIT, StartError } from "./exit-codes.ts";
import { isSameLook, lookAt, type FileLook } from "./file-look.ts";
import type { Log } from "./log.ts";
import { CONTROL_TOKEN, isMasterKey, KEY_PEPPER, MASTER_KEY, Secrets, TRACE_HEADERS } from "./secrets.ts";
import {
  faultOf,
  NO_FAULT,
  secretsFault,
  vetoOf,
  type SettingsFault,
  type UnreadSecret,
  type SettingsStatus,
} from "./settings-status.ts";
import { Settling, type FileLooks } from "./settling.ts";
import { printConfigPath, STANDARD_INPUT } from "./standard-input.ts";

/** What a daemon works by: one config and the secrets it refers to, swapped together. */
export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Counts the swaps; 1 is what the process began with. */
  readonly generation: number;
}

/** The settings in force, from wherever they come, and what is to be said of newer ones. */
export interface SettingsSource {
  readonly cell: Cell<Settings>;
  readonly status: Cell<SettingsStatus>;
  /** A key was refused, perhaps since it was rotated a moment ago: looks now, not in a second. True where it swapped. */
  refresh(now: number): boolean;
}

/** May these replace those in force without a restart? What speaks against it, in words that quote nothing; or null. */
export type SettingsRule = (next: Settings, inForce: Settings) => string | null;

export interface FileSettingsOptions {
  readonly file: string;
  readonly env: Environment;
  readonly daemon: Daemon;
  readonly log: Log;
  readonly validate?: readonly SettingsRule[];
  /** Settings that the command line sets instead: `gateway.port`. */
  readonly overridden?: readonly string[];
  /** Goes by the settings before anything is logged of them. */
  readonly follow?: (cell: Cell<Settings>) => void;
}

/** Evidence of a rotated key may come with every request; the files are looked at no more often than this for it. */
export const REFRESH_MS = 200;

/**
 * The config file and its secrets as one cell that follows them. What is half written is never taken; a bad file changes
 * nothing but the status, and a secret that is missing costs those who need it. Times are monotonic milliseconds.
 */
export class FileSettings implements SettingsSource {
  readonly cell: Cell<Settings>;
  readonly status = new Cell<SettingsStatus>(NO_FAULT);
  readonly #options: FileSettingsOptions;
  readonly #settling = new Settling();
  /** What the process began with: what needs a restart is as it was then. */
  readonly #started: Config;
  #parsed: Parsed | null = null;
  #judged: FileLooks;
  #lookedAt: number;
  /** How soon to look again at files that somebody may be writing; 0: none is. */
  settlesInMs = 0;
  #isFrozen = false;

  /** Throws StartError, with every complaint, where the first reading does not succeed. */
  constructor(options: FileSettingsOptions, now: number) {
    this.#options = options;
    const { looks, found } = this.#read();
    if (!found.ok) throw new StartError(found.error, EXIT.usage);
    this.#settling.note(looks, { now, announced: true });
    this.#judged = looks;
    this.#lookedAt = now;
    const { config, problems, secrets } = found.value;
    this.#started = config;
    this.cell = new Cell({ config, secrets, generation: 1 });
    options.follow?.(this.cell);
    const warnings = problems.filter((problem) => problem.severity === "warning");
    for (const group of groupProblems(warnings)) options.log.warn(printGroup(group));
    this.#tellMissing(secrets, null);
    const fault = this.#faultOfSecrets(secrets);
    if (fault !== null) this.status.set({ fault, needRestart: [] });
    if (options.file === STANDARD_INPUT)
      options.log.info("config came by standard input: it cannot be reloaded, a restart takes another");
  }

  /** Takes over what changed, once it is whole. True where it swapped. */
  look(now: number): boolean {
    return this.#look(now, false);
  }

  /** The same for files that somebody says are whole: at once. */
  reload(now: number): boolean {
    const { file, log } = this.#options;
    if (file === STANDARD_INPUT) log.warn("config came by standard input: restart to change it");
    return this.#look(now, true);
  }

  /** From now on nothing changes any more: what the files hold is for whoever comes after us. */
  freeze(): void {
    this.#isFrozen = true;
  }

  refresh(now: number): boolean {
    return now - this.#lookedAt >= REFRESH_MS && this.look(now);
  }

  #look(now: number, announced: boolean): boolean {
    this.#lookedAt = now;
    if (this.#isFrozen) return false;
    const { looks, found } = this.#read();
    this.settlesInMs = this.#settling.note(looks, { now, announced });
    if (this.settlesInMs > 0 || sameLooks(looks, this.#judged)) return false;
    this.#judged = looks;
    if (found.ok) return this.#consider(found.value);
    this.#refuse(faultOf(found.error));
    return false;
  }

  #read(): { looks: FileLooks; found: Result<Reading, string> } {
    const looks = new Map<string, FileLook>();
    const look = (place: string) => {
      const seen = looks.get(place) ?? lookAt(place);
      looks.set(place, seen);
      return seen;
    };
    try {
      this.#parsed = parse(this.#options, { last: this.#parsed, look });
      return { looks, found: readSecrets(this.#options, { parsed: this.#parsed, look }) };
    } catch (error) {
      return { looks, found: err(error instanceof Error ? error.message : String(error)) };
    }
  }

  #consider({ config: written, secrets: read }: Reading): boolean {
    const { log, validate = [], daemon, overridden = [] } = this.#options;
    const file = printConfigPath(this.#options.file);
    const running = this.#started;
    const config = withRunningSettings({ running, written });
    const old = this.cell.get();
    const secrets = read.keeping(old.secrets);
    const unread = this.#faultOfSecrets(secrets);
    const isSame = config.checksum === old.config.checksum && secrets.equals(old.secrets);
    const next = isSame ? old : { config, secrets, generation: old.generation + 1 };
    const veto = validate.map((rule) => rule(next, old)).find((objection) => objection !== null);
    if (veto !== undefined) {
      this.#refuse(vetoOf(file, veto));
      return false;
    }
    const { fault, needRestart: before } = this.status.get();
    if (fault !== null && unread === null) log.info("config file is valid again");
    if (unread !== null && secrets.kept.size > 0 && unread.detail !== fault?.detail)
      log.error(unread.logged, "secrets cannot be read: their previous values stay in use");
    const needRestart = settingsNeedingRestart(daemon, { running, written }).filter(
      (setting) => !overridden.includes(setting),
    );
    const isNews = needRestart.join() !== before.join();
    if (isNews && needRestart.length > 0) log.warn({ settings: needRestart }, "settings need a restart");
    if (isNews && needRestart.length === 0) log.info("no settings need a restart any more");
    if (isNews || fault?.detail !== unread?.detail) this.status.set({ fault: unread, needRestart });
    if (isSame) return false;
    this.cell.set(next);
    this.#tellMissing(secrets, old.secrets);
    log.info({ generation: next.generation, config: config.checksum }, "config reloaded");
    return true;
  }

  /** One line for each secret that was not missing before. */
  #tellMissing(secrets: Secrets, before: Secrets | null): void {
    const { log } = this.#options;
    const file = printConfigPath(this.#options.file);
    for (const { where, problem, instead } of lackingIn(secrets)) {
      if (before?.lacking.get(where) === problem) continue;
      log.warn(`${file}: warning: ${where}: ${problem}: ${instead}`);
    }
  }

  #faultOfSecrets(secrets: Secrets): SettingsFault | null {
    const kept = [...secrets.kept].map(([where, problem]) => ({
      where,
      problem,
      instead: "its previous value stays in use",
    }));
    return secretsFault(printConfigPath(this.#options.file), [...kept, ...lackingIn(secrets)]);
  }

  #refuse(fault: SettingsFault): void {
    const { fault: known, needRestart } = this.status.get();
    if (known?.detail === fault.detail) return;
    this.#options.log.error(fault.logged, "config not reloaded: the previous one stays in use");
    this.status.set({ fault, needRestart });
  }
}

/** Those that nothing stands in for, with what they cost. The master key that this daemon needs would have ended it. */
function lackingIn({ lacking }: Secrets): readonly UnreadSecret[] {
  return [...lacking]
    .filter(([where]) => where !== MASTER_KEY)
    .map(([where, problem]) => ({ where, problem, instead: `${costOf(where)} until it is there` }));
}

function costOf(where: string): string {
  if (isMasterKey(where)) return "no key is taken for it";
  if (where.startsWith(TRACE_HEADERS)) return "no spans are sent";
  return WITHOUT.get(where) ?? "the deployment is left out";
}

/** What a secret that is missing costs, where it is no deployment's. */
const WITHOUT: ReadonlyMap<string, string> = new Map([
  [KEY_PEPPER, "virtual keys that people chose are refused"],
  [CONTROL_TOKEN, "gateways cannot follow the virtual keys"],
]);

interface Parsed extends LoadedConfig {
  readonly files: ConfigFiles;
}

interface Reading {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly problems: readonly Problem[];
}

interface Look {
  readonly look: (place: string) => FileLook;
}

/** Parsing a large config takes long, and it is looked at every second: texts that are the same are not parsed again. */
function parse(
  { file, env }: FileSettingsOptions,
  { last, look }: Look & { readonly last: Parsed | null },
): Parsed {
  const files = readConfigFiles(file, { last: last?.files ?? null, look });
  if (last !== null && sameFiles(files, last.files)) return last;
  return { ...parseConfigFiles(files, env, { inContainer: insideContainer(env) }), files };
}

function readSecrets(
  { file, daemon }: FileSettingsOptions,
  { parsed: { config, env, problems }, look }: Look & { readonly parsed: Parsed },
): Result<Reading, string> {
  const name = printConfigPath(file);
  if (config === null) return err(listProblems(name, groupProblems(problems).map(printGroup)));
  const secrets = Secrets.read(config, { env, directory: path.dirname(path.resolve(file)), look });
  const fatal = daemon === "prober" ? null : missingMasterKey(config, secrets);
  if (fatal !== null) return err(listProblems(name, [`${name}: error: ${fatal}`]));
  return ok({ config, secrets, problems });
}

/** Without a key the gateway would be open, or closed, to all, and control closed; the prober needs none to do its work. */
function missingMasterKey({ masterKeys }: Config, secrets: Secrets): string | null {
  const missing = [...secrets.problems].filter(([where]) => isMasterKey(where));
  const [first] = missing.filter(([where]) => where === MASTER_KEY).concat(missing);
  const isOpen = missing.length > 0 && secrets.valuesOf(masterKeys).length === 0;
  return first !== undefined && (first[0] === MASTER_KEY || isOpen) ? `${first[0]}: ${first[1]}` : null;
}

function listProblems(file: string, lines: readonly string[]): string {
  return `${file} cannot be used:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function sameLooks(looks: FileLooks, others: FileLooks): boolean {
  return (
    looks.size === others.size &&
    [...looks].every(([place, look]) => {
      const other = others.get(place);
      return other !== undefined && isSameLook(look, other);
    })
  );
}

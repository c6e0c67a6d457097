import { withoutQuotes } from "@rollcall/contract";

/** What is to be said of the newest files, beside the settings in force. */
export interface SettingsStatus {
  /** Why they are not in use; null when they are. */
  readonly fault: SettingsFault | null;
  /** Settings in use that are as they were at the start, though the file has changed them: `gateway.port`. */
  readonly needRestart: readonly string[];
}

export interface SettingsFault {
  /** Every complaint, a line each. They quote what they found: for operators alone. */
  readonly detail: string;
  /** One line that quotes nothing: for open routes. */
  readonly summary: string;
  /** Fields for the log, which holds no hosts or names either: nothing that was written is quoted. */
  readonly logged: Readonly<Record<string, string | number | readonly string[]>>;
}

export const NO_FAULT: SettingsStatus = { fault: null, needRestart: [] };

/** So many complaints stand in one line of the log. */
const MOST_LOGGED = 10;

/** Complaints about the files themselves. */
export function faultOf(detail: string): SettingsFault {
  const complaints = complaintsOf(detail);
  const more = complaints.length - MOST_LOGGED;
  return {
    detail,
    summary: "the config file has errors: the previous config is in use",
    logged: {
      complaints: complaints.slice(0, MOST_LOGGED),
      ...(more > 0 && { more }),
      remedy: "`rollcall check` lists them",
    },
  };
}

/** Those of a text that begins with the file's name, or the whole text where it is one line; nothing that was written is quoted. */
export function complaintsOf(detail: string): readonly string[] {
  const [head = "", ...lines] = detail.split("\n").map((line) => withoutQuotes(line.trim()));
  return lines.length === 0 ? [head] : lines;
}

/** Nothing is wrong with the files, but a rule of ours keeps them from replacing what is in force. */
export function vetoOf(file: string, veto: string): SettingsFault {
  return {
    detail: `${file} cannot be used:\n  ${file}: error: ${veto}`,
    summary: `${veto}: the previous config is in use`,
    logged: { reason: veto },
  };
}

/** A secret that cannot be read, and what is done without it. */
export interface UnreadSecret {
  readonly where: string;
  readonly problem: string;
  readonly instead: string;
}

/** The files are in use, but for secrets that cannot be read. Null where there are none. */
export function secretsFault(file: string, unread: readonly UnreadSecret[]): SettingsFault | null {
  if (unread.length === 0) return null;
  const lines = unread.map(
    ({ where, problem, instead }) => `  ${file}: error: ${where}: ${problem}: ${instead}`,
  );
  const detail = [`${file} refers to secrets that cannot be read:`, ...lines].join("\n");
  return {
    detail,
    summary: "secrets cannot be read: what needs them is left out, or goes on with their previous values",
    logged: { ...faultOf(detail).logged, secrets: unread.length },
  };
}

/** As readiness tells it, a line each, by an open route: nothing of the config is quoted. */
export function printSettingsStatus({ fault, needRestart }: SettingsStatus): readonly string[] {
  return [
    ...(fault === null ? [] : [fault.summary]),
    ...(needRestart.length === 0 ? [] : [`settings need a restart: ${needRestart.join(", ")}`]),
  ];
}

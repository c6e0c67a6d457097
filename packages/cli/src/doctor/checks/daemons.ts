import { createServer } from "node:net";
import { listen, StartError } from "@rollcall/runtime";
import type { Asked } from "../ask.ts";
import type { Check } from "../check.ts";
import { isOurs, valueOf, type DaemonAnswers } from "../daemon.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";

export interface DaemonFacts {
  readonly daemon: DaemonAnswers;
  /** Why nobody could listen there, in the words of the daemon itself; null where one could, or one does. */
  readonly taken: string | null;
}

/** Who answers at each daemon's address, and what the daemons say of themselves. */
export const daemonsCheck: Check<readonly DaemonFacts[]> = {
  name: "daemons",
  gather: async ({ daemons, config }) =>
    Promise.all(
      daemons.map(async (daemon) => ({
        daemon,
        taken: daemon.metrics.kind === "answer" ? null : await whyNotListen(daemon, config),
      })),
    ),
  judge(facts) {
    const anyRuns = facts.some(({ daemon }) => isOurs(daemon));
    return facts.flatMap((one) => judgeDaemon(one, anyRuns));
  },
};

function judgeDaemon({ daemon, taken }: DaemonFacts, anyRuns: boolean): readonly Finding[] {
  const { name, url, metrics } = daemon;
  const subject = `${name} at ${url}`;
  if (metrics.kind === "failure") {
    if (taken !== null) return [fails(subject, taken, `Correct rollcall.${name}.host or .port.`)];
    const detail = `does not run: ${metrics.code === "ECONNREFUSED" ? "its port is free" : `no answer (${metrics.code})`}`;
    // Before the first start that is as it should be.
    return [
      (anyRuns ? fails : warns)(
        subject,
        detail,
        `Start it: \`rollcall up\`, or its unit. Elsewhere: --${name}-url.`,
      ),
    ];
  }
  if (!isOurs(daemon)) return [stranger(subject, metrics, name)];
  const notes = notesOf(daemon);
  return notes.length > 0
    ? notes.map((note) => ({ ...note, subject }))
    : [fine(subject, "runs, and has nothing to complain of")];
}

function stranger(
  subject: string,
  { status, headers }: Extract<Asked, { kind: "answer" }>,
  name: string,
): Finding {
  const server = headers["server"] === undefined ? "" : `, ${headers["server"]}`;
  return fails(
    subject,
    `another program answers there (HTTP ${status}${server})`,
    `Stop it, or choose another rollcall.${name}.port.`,
  );
}

type Note = Pick<Finding, "detail" | "remedy" | "state">;

const LOOK = "`rollcall status` and the daemon's log say more.";

/** Lines of its readiness that begin with a mark; the prober's are about deployments, which are told by themselves. */
function notesOf({ name, metrics, readiness, status }: DaemonAnswers): readonly Note[] {
  if (name !== "prober") return marked(readiness);
  const notes: Note[] = [];
  if (valueOf(metrics, "rollcall_prober_config_fault") === 1)
    notes.push(warns("", status?.prober.configFault?.split("\n")[0] ?? "its config has a fault", LOOK));
  const restart = status?.prober.settingsNeedRestart ?? [];
  if (restart.length > 0)
    notes.push(warns("", `settings need a restart: ${restart.join(", ")}`, "Restart it when convenient."));
  if (status !== null && !status.prober.initialRoundDone)
    notes.push(warns("", "its first round of probes is still under way", "Wait for it."));
  if (status === null)
    notes.push(
      warns("", "does not tell /status to this command", "Let the config have the master key that it has."),
    );
  return notes;
}

function marked(readiness: Asked): readonly Note[] {
  if (readiness.kind === "failure") return [warns("", "does not answer /readyz", LOOK)];
  return readiness.body.split("\n").flatMap((line): Note[] => {
    if (line.startsWith("[-] ")) return [fails("", line.slice(4), LOOK)];
    return line.startsWith("[!] ") ? [warns("", line.slice(4), LOOK)] : [];
  });
}

/** By listening, for a moment. */
async function whyNotListen({ name }: DaemonAnswers, config: Site["config"]): Promise<string | null> {
  const server = createServer();
  const { host, port } = config[name];
  try {
    await listen(server, { host, port, flag: `rollcall.${name}.port` });
    return null;
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  } finally {
    server.close();
  }
}

import { createServer } from "node:net";
import path from "node:path";
import { listen, StartError } from "@rollcall/runtime";
import type { Asked } from "../ask.ts";
import type { Check } from "../check.ts";
import { listeningProcesses } from "../../health/listening.ts";
import { isOurs, valueOf, type DaemonAnswers } from "../daemon.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";

export interface DaemonFacts {
  readonly daemon: DaemonAnswers;
  /** Why nobody could listen there, in the words of the daemon itself; null where one could, or one does. */
  readonly taken: string | null;
  /** Which program of this user listens there: `nginx (pid 7)`; null where none is seen. */
  readonly holder: string | null;
}

/** Who answers at each daemon's address, and what the daemons say of themselves. */
export const daemonsCheck: Check<AllDaemons> = {
  name: "daemons",
  gather: async ({ daemons, config, inContainer }) => ({
    daemons: await Promise.all(
      daemons.map(async (daemon) => ({
        daemon,
        taken: daemon.metrics.kind === "answer" || !daemon.isHere ? null : await whyNotListen(daemon, config),
        holder: isOurs(daemon) ? null : holderOf(daemon.url),
      })),
    ),
    inContainer,
  }),
  judge({ daemons, inContainer }) {
    // Before the first start it is as it should be; and a container may be that of one alone.
    const anyRuns = daemons.some(({ daemon }) => daemon.isHere && isOurs(daemon));
    const absence = anyRuns && !inContainer ? fails : warns;
    return daemons.flatMap((one) => judgeDaemon(one, absence));
  },
};

interface AllDaemons {
  readonly daemons: readonly DaemonFacts[];
  readonly inContainer: boolean;
}

function judgeDaemon(facts: DaemonFacts, absence: typeof fails): readonly Finding[] {
  const { name, url, metrics } = facts.daemon;
  const subject = `${name} at ${url}`;
  if (metrics.kind === "failure") return [judgeSilence(facts, { subject, code: metrics.code, absence })];
  const { daemon } = facts;
  if (!isOurs(daemon)) return [stranger(facts, subject, metrics)];
  const notes = notesOf(daemon);
  return notes.length > 0
    ? notes.map((note) => ({ ...note, subject }))
    : [fine(subject, "runs, and has nothing to complain of")];
}

function judgeSilence(
  { daemon: { name, isHere }, taken, holder }: DaemonFacts,
  {
    subject,
    code,
    absence,
  }: { readonly subject: string; readonly code: string; readonly absence: typeof fails },
): Finding {
  if (!isHere) return fails(subject, `does not answer (${code})`, "Start it, or correct the address.");
  if (taken !== null)
    return fails(
      subject,
      holder === null ? taken : `${taken} (it is ${holder})`,
      `Correct rollcall.${name}.host or .port.`,
    );
  const how = code === "ECONNREFUSED" ? "its port is free" : `no answer (${code})`;
  return absence(
    subject,
    `does not run here: ${how}`,
    `Start it: \`rollcall up\`, or its unit. Where it is elsewhere: --${name}-url.`,
  );
}

function stranger(
  { daemon: { name }, holder }: DaemonFacts,
  subject: string,
  { status, headers }: Extract<Asked, { kind: "answer" }>,
): Finding {
  const told = [`HTTP ${status}`, headers["server"], holder].filter((one) => typeof one === "string");
  return fails(
    subject,
    `another program answers there (${told.join(", ")})`,
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

/** By the name of its program alone: what follows may be a key. */
function holderOf(url: string): string | null {
  const { host } = new URL(url);
  try {
    const found = listeningProcesses("").find(({ addresses }) => addresses.includes(host));
    const [program = ""] = (found?.title ?? "").split(" ");
    return found === undefined ? null : `${path.basename(program)} (pid ${found.pid})`;
  } catch {
    return null;
  }
}

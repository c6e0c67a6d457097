import os from "node:os";
import {
  DEFAULTS,
  describeSecretRef,
  groupProblems,
  isRecord,
  printGroup,
  redactConfig,
  VERDICTS,
  VERSION,
  withoutQuotes,
  type SecretRef,
} from "@rollcall/contract";
import { readConfigFiles, stateFile } from "@rollcall/runtime";
import { readSnapshotFile } from "@rollcall/snapshot";
import type { Asked } from "../ask.ts";
import type { CheckFinding } from "../finding.ts";
import { findingsJson } from "../print-findings.ts";
import type { Site, UnusableSite } from "../site.ts";
import { readTail } from "./log-tail.ts";
import type { Redactor } from "./redactor.ts";

/** A file of the bundle. */
export interface Part {
  readonly name: string;
  readonly text: string;
}

export interface BundleSource {
  readonly site: Site | UnusableSite;
  readonly findings: readonly CheckFinding[];
  /** A file with lines of the log; null: where the daemons' output goes to one. */
  readonly log: string | null;
}

/** Of each text at most so much. */
const MOST_BYTES = 2 * 1024 * 1024;

/** What the bundle holds, as it was found: not redacted yet, but for the config, whose structure says what is a secret. */
export async function gatherParts(source: BundleSource, redactor: Redactor): Promise<readonly Part[]> {
  const { site, findings } = source;
  const always = [
    json("doctor.json", findingsJson(findings.map((one) => ({ ...one, detail: withoutQuotes(one.detail) })))),
    { name: "check.txt", text: groupProblems(site.problems).map(printGroup).map(withoutQuotes).join("\n") },
    json("versions.json", versionsOf(site)),
    ...configParts(site, redactor),
  ];
  if (site.config === null) return always;
  return [
    ...always,
    json("settings.json", settingsOf(site)),
    json("snapshot.json", await snapshotOf(site)),
    ...daemonParts(site),
    ...logParts(source, site),
  ];
}

function json(name: string, value: unknown): Part {
  return { name, text: `${JSON.stringify(value, null, 2)}\n` };
}

function versionsOf(site: Site | UnusableSite): object {
  const daemons =
    site.config === null ? [] : site.daemons.map(({ name, version }) => [name, version] as const);
  return {
    rollcall: VERSION,
    daemons: Object.fromEntries(daemons),
    node: process.version,
    system: `${os.type()} ${os.release()} ${process.arch}`,
    inContainer: site.config === null ? null : site.inContainer,
  };
}

function configParts({ configFile }: Site | UnusableSite, redactor: Redactor): readonly Part[] {
  try {
    const { main, included } = readConfigFiles(configFile).texts;
    return [main, ...included].map(({ text }, index) => ({
      name: index === 0 ? "config.yaml" : `config-included-${index}.yaml`,
      text: redactConfig(text, redactor) ?? "# left out, since it is no YAML\n",
    }));
  } catch {
    return [];
  }
}

/** All settings of `rollcall:` as they are in use, with where secrets are in place of them. */
function settingsOf({ config }: Site): object {
  const sections = Object.entries(config).filter(([name]) => Object.hasOwn(DEFAULTS, name));
  return describeSecrets(Object.fromEntries(sections)) as object;
}

function describeSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describeSecrets);
  if (!isRecord(value)) return value;
  if (typeof value["from"] === "string") return describeSecretRef(value as unknown as SecretRef);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, describeSecrets(item)]));
}

async function snapshotOf({ config, configFile, env }: Site): Promise<unknown> {
  try {
    return await readSnapshotFile(VERDICTS, stateFile(config, configFile, env));
  } catch {
    return null;
  }
}

function daemonParts({ daemons }: Site): readonly Part[] {
  return daemons.flatMap(({ name, metrics, readiness, status }) => [
    ...answerPart(`${name}-metrics.txt`, metrics),
    ...answerPart(`${name}-readyz.txt`, readiness),
    ...(status === null
      ? []
      : [json(`${name}-status.json`, { ...status, prober: { ...status.prober, configFault: undefined } })]),
  ]);
}

function answerPart(name: string, answer: Asked): readonly Part[] {
  return answer.kind === "failure" ? [] : [{ name, text: answer.body.slice(0, MOST_BYTES) }];
}

function logParts({ log }: BundleSource, { processes }: Site): readonly Part[] {
  const files = log === null ? processes.flatMap(({ logFile }) => logFile ?? []) : [log];
  return [...new Set(files)].flatMap((file, index) => {
    const text = readTail(file, MOST_BYTES);
    return text === null ? [] : [{ name: `log-${index + 1}.txt`, text }];
  });
}

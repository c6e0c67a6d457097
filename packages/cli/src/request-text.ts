import { printDuration, REASONS, type Reason } from "@rollcall/contract";
import type { RequestExplanation, RequestLookup } from "@rollcall/gateway";
import { printRow, printTime } from "./explanation-text.ts";
import type { Terminal } from "./terminal.ts";

type Standing = RequestExplanation["deployments"][number]["standing"];

/** Those that are no codes of the reasons table. */
const STANDINGS: Readonly<Record<Exclude<Standing, Reason>, string>> = {
  chosen: "chosen",
  possible: "could have been taken",
  full: "had as many requests as max_parallel_requests allows",
  tried: "this request had failed on it",
  lacks_endpoint: "its server does not have the endpoint",
  order: "one with a lower order, or with a weight, could be taken",
  tags: "it is for other tags",
};

/** For whoever asks why a request went there: how it ended first, then the way to it. */
export function printRequest(request: RequestExplanation, terminal: Terminal, now: number): string {
  const { alias, deployments, endpoint, keyId, more, stream, strategy, traceId } = request;
  const count = deployments.length + more;
  const among = `${strategy} among ${count} ${count === 1 ? "deployment" : "deployments"} of ${alias}`;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      "Asked",
      [
        `${endpoint}${alias === "" ? "" : ` of ${alias}`}${stream ? ", as a stream" : ""}, with the key ${keyId}`,
      ],
    ],
    ["Begun", [printTime(request.startedAt, now)]],
    ["Trace", traceId === null ? [] : [traceId]],
    ["Route", deployments.length === 0 ? [] : [among, ...deployments.map(printStanding), ...printMore(more)]],
    ["Attempts", request.attempts.map(printAttempt)],
    ["Fallbacks", request.fallbacks === 0 ? [] : [String(request.fallbacks)]],
    ["Times", [printTimes(request)]],
    ["Tokens", printTokens(request)],
  ];
  return [
    `${terminal.paint("bold", request.requestId)} ${printEnding(request, terminal)}.`,
    "",
    ...rows.flatMap(([label, lines]) => printRow(terminal.paint("dim", `${label}:`), label, lines)),
    "",
  ].join("\n");
}

/** Says what is known at all, so that it is clear whether it came too late or was never there. */
export function printUnknownRequest(id: string, lookup: RequestLookup, now: number): string {
  const { capacity, kept, since } = lookup;
  if (capacity === 0)
    return `the gateway keeps nothing of requests: set rollcall.gateway.explain_requests in its config`;
  const known =
    since === null
      ? "none has ended there yet"
      : `it knows the last ${kept} of at most ${capacity}, which is all since ${printTime(since, now)}`;
  return `no request ${JSON.stringify(id)} has ended at this gateway: ${known}`;
}

function printEnding({ ending, error, reason, status }: RequestExplanation, terminal: Terminal): string {
  const why = reason === null ? "" : `, ${reason}`;
  if (ending === "complete") return `${terminal.paint("green", "was answered")}: ${status}`;
  if (ending === "client_disconnected")
    return `${terminal.paint("yellow", "was left by its app")}: ${status}`;
  if (ending === "upstream_aborted")
    return `${terminal.paint("red", "was cut")} after its first byte: ${status}${why}`;
  const word = status >= 500 ? terminal.paint("red", "failed") : terminal.paint("yellow", "was rejected");
  return `${word}: ${status}, ${error ?? "error"}${why}`;
}

function printStanding({ id, standing }: RequestExplanation["deployments"][number]): string {
  const meaning =
    standing in STANDINGS
      ? STANDINGS[standing as keyof typeof STANDINGS]
      : REASONS[standing as Reason].meaning;
  return `${id}  ${standing === meaning ? standing : `${standing}: ${meaning}`}`;
}

function printMore(more: number): readonly string[] {
  return more === 0 ? [] : [`and ${more} more that could not be taken`];
}

function printAttempt(attempt: RequestExplanation["attempts"][number], index: number): string {
  const { afterMs, alias, deployment, excuse, ms, outcome, reason, status, timeout } = attempt;
  const facts = [
    outcome === "complete" ? "answered" : outcome,
    reason,
    status === null ? null : `status ${status}`,
    timeout === null ? null : `${timeout} timeout`,
    excuse === null ? null : `not held against it: ${excuse}`,
  ].filter((fact) => fact !== null);
  return `${index + 1}. ${deployment} of ${alias}, sent after ${printMs(afterMs)}, ${printMs(ms)}: ${facts.join(", ")}`;
}

function printTimes({ times: { totalMs, queueMs, overheadMs, firstByteMs } }: RequestExplanation): string {
  const facts = [
    firstByteMs === null ? "no byte of an answer" : `first byte after ${printMs(firstByteMs)}`,
    `${printMs(totalMs)} in all`,
    queueMs === 0 ? null : `${printMs(queueMs)} in the queue`,
    `${printMs(overheadMs)} the gateway's own`,
  ].filter((fact) => fact !== null);
  return facts.join(", ");
}

function printTokens({ tokens }: RequestExplanation): readonly string[] {
  if (tokens === null) return [];
  const { input, output, cached, reasoning } = tokens;
  const facts = [
    input === null ? null : `${input} in${cached === null ? "" : ` (${cached} from a cache)`}`,
    output === null ? null : `${output} out${reasoning === null ? "" : ` (${reasoning} thought)`}`,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? [] : [facts.join(", ")];
}

/** What is short with more digits than a duration of the config. */
function printMs(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  return ms >= 1_000 && ms < 60_000 ? `${(ms / 1_000).toFixed(2)} s` : printDuration(ms);
}

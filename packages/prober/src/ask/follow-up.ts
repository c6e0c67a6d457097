import { WANTS_CERTIFICATE, type Kind } from "@rollcall/contract";
import { KINDS_WITH_OWN_LIST, SERVER_KINDS } from "../kinds/index.ts";
import type { ProbeResponse } from "../read/probe-response.ts";
import { fault, type Absent, type Fault, type ModelsReading } from "../read/outcome.ts";
import { readLoad } from "../read/load.ts";
import { readModels } from "../read/models.ts";
import type { ProbeSession } from "./probe-session.ts";

const HANDSHAKE_MS = 1_000;

/**
 * A TLS port that hears plain HTTP hangs up without a word, and so does one that is shown no client certificate, and
 * docker's port while the server loads.
 */
export async function explainAbsence(
  { backend, context }: ProbeSession,
  { reading, response }: { readonly reading: Absent; readonly response: ProbeResponse },
): Promise<ModelsReading> {
  const { origin } = backend.base;
  const dropped = response.kind === "failure" && response.code !== "ECONNREFUSED";
  if (
    dropped &&
    origin.startsWith("https:") &&
    (await context.network.wantsCertificate(origin, HANDSHAKE_MS))
  )
    return fault("tls", WANTS_CERTIFICATE.meaning, { fix: WANTS_CERTIFICATE.fix });
  if (!dropped || !origin.startsWith("http:") || !(await context.network.speaksTls(origin, HANDSHAKE_MS)))
    return reading;
  return fault("tls", "plain HTTP is dropped, but the port speaks TLS", {
    fix: "Write https:// in api_base.",
  });
}

/** No model list where the config says: it may be elsewhere, or the server may be one that has none. */
export async function explainWrongPath(session: ProbeSession, reading: Fault): Promise<ModelsReading> {
  for (const kind of KINDS_WITH_OWN_LIST) {
    const { ownList } = SERVER_KINDS[kind];
    const list = ownList === null ? null : readOwnList(kind, await session.askBeside(ownList.path));
    if (list !== null) return list;
  }
  const { apiPath } = session;
  const elsewhere = await askOtherPath(session);
  if (elsewhere !== null) return elsewhere;
  for (const path of likelyPaths(apiPath)) {
    const found = readModels(await session.ask(`${path}/models`));
    if (found.kind === "models" || (found.kind === "fault" && found.reason === "wrong_key")) {
      const fix = `Write the path ${path} in api_base instead of ${apiPath}: the model list is there.`;
      return { ...reading, detail: `${reading.detail}, but ${path}/models has a list`, fix };
    }
  }
  return reading;
}

/** The path as it is written and the one with `/v1` at its end: the one of the two that was not asked. */
async function askOtherPath(session: ProbeSession): Promise<ModelsReading | null> {
  const { apiPath, writtenPath } = session.backend.base;
  if (writtenPath === null) return null;
  const other = session.apiPath === writtenPath ? apiPath : writtenPath;
  const models = readModels(await session.ask(`${other}/models`));
  if (models.kind !== "models") return null;
  return other === apiPath ? models : { ...models, apiPath: other };
}

/** What a kind's own list says; null where the answer is not of this kind. */
export function readOwnList(kind: Kind, response: ProbeResponse): ModelsReading | null {
  const models = SERVER_KINDS[kind].ownList?.read(response) ?? null;
  return models?.kind === "models" ? { ...models, server: kind } : models;
}

/** `/v1/v1` is `/v1` written twice; a prefix may be that of a proxy which is no longer there. */
function likelyPaths(apiPath: string): readonly string[] {
  const once = apiPath.replace(/(\/v\d+)\1+$/, "$1");
  return [...new Set([once, "/v1"])].filter((path) => path !== apiPath);
}

/** `/health` and `/metrics` need no key: is anybody well behind the door, and is it who is expected? */
export async function explainRefusal(session: ProbeSession, reading: Fault): Promise<Fault> {
  const health = await session.askBeside("/health");
  const well = health.kind === "response" && health.status === 200;
  const name = readLoad(await session.askBeside("/metrics"))?.name ?? null;
  return {
    ...reading,
    detail: well ? `${reading.detail} while /health answers 200` : reading.detail,
    found: name === null ? [] : [name],
  };
}

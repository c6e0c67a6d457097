import { isRoutable } from "@rollcall/contract";
import { IS_BUILT, systemClock } from "@rollcall/runtime";
import { printFleet } from "../fleet-table.ts";
import type { DaemonPair } from "../daemon-pair.ts";
import { fetchEvents, fetchGatewayReadiness, fetchStatus, type ProberAddress } from "../prober-client.ts";
import type { Terminal } from "../terminal.ts";
import type { DemoFleet } from "./demo-config.ts";
import { printChange } from "./change-text.ts";
import { gatewayKnows } from "./gateway-knows.ts";
import { followChanges } from "./follow-changes.ts";
import { showKeys } from "./show-keys.ts";
import { streamChat } from "./stream-chat.ts";

interface Show {
  readonly pair: DaemonPair;
  readonly terminal: Terminal;
  readonly key: string | null;
  /** Null: real backends. */
  readonly fleet: DemoFleet | null;
  /** Show a virtual key, too. */
  readonly hasKeys: boolean;
}

/**
 * The fleet table, a request that is answered, one that is refused, and what to try by hand; then, until the signal is
 * aborted, what changes.
 */
export async function showFleet(show: Show, signal: AbortSignal): Promise<void> {
  const { pair, terminal, key, fleet, hasKeys } = show;
  const [gatewayUrl, proberUrl] = await Promise.all([pair.gatewayUrl, pair.proberUrl]);
  const prober = { url: proberUrl, key };
  await untilProbed(prober);
  // The events before the table, so that what changes meanwhile is shown twice rather than not at all.
  const events = await fetchEvents(prober, 0);
  const { deployments } = await fetchStatus(prober);
  terminal.out(`\n${printFleet(deployments, terminal, systemClock.now())}\n`);
  const ready = deployments.find(isRoutable);
  const out = deployments.find((deployment) => !isRoutable(deployment) && deployment.reason !== "loading");
  for (const deployment of [ready, out]) {
    if (deployment === undefined) continue;
    await untilGatewayKnows(gatewayUrl, deployment.alias);
    await showChat(deployment.alias, { gatewayUrl, key, terminal });
  }
  if (hasKeys && ready !== undefined && key !== null)
    await showKeys({ gatewayUrl, key, alias: ready.alias, terminal });
  if (ready === undefined) terminal.out("No deployment is ready yet: changes are shown below.\n\n");
  const alias = (ready ?? deployments[0])?.alias ?? "";
  terminal.out(printAddresses({ gatewayUrl, proberUrl, key, fleet, alias }));
  await followChanges(
    {
      fetch: (since) => fetchEvents(prober, since),
      onEvent: (event) => terminal.out(printChange(event, terminal) ?? ""),
      clock: systemClock,
    },
    events,
    signal,
  );
}

async function showChat(
  alias: string,
  { gatewayUrl, key, terminal }: { gatewayUrl: string; key: string | null; terminal: Terminal },
): Promise<void> {
  terminal.out(`${terminal.paint("cyan", `→ chat, model "${alias}", streamed`)}\n  `);
  const refused = await streamChat({ gatewayUrl, key, alias, onText: (text) => terminal.out(text) });
  terminal.out(`${refused ?? ""}\n\n`);
}

const ASK_MS = 100;

async function untilProbed(prober: ProberAddress): Promise<void> {
  while (!(await fetchStatus(prober)).prober.initialRoundDone) await systemClock.sleep(ASK_MS);
}

/** A gateway that knows nothing after so long has a reason, which its answer then tells. */
const GATEWAY_PATIENCE_MS = 15_000;

/** The prober's verdicts reach the gateway a moment later: a request that is sooner is refused as unknown. */
async function untilGatewayKnows(gatewayUrl: string, alias: string): Promise<void> {
  const start = systemClock.monotonic();
  while (systemClock.monotonic() - start < GATEWAY_PATIENCE_MS) {
    const answer = await fetchGatewayReadiness(gatewayUrl);
    if (answer !== null && gatewayKnows(answer, alias)) return;
    await systemClock.sleep(ASK_MS);
  }
}

interface Addresses {
  readonly gatewayUrl: string;
  readonly proberUrl: string;
  readonly key: string | null;
  readonly fleet: DemoFleet | null;
  readonly alias: string;
}

function printAddresses({ gatewayUrl, proberUrl, key, fleet, alias }: Addresses): string {
  // A key of yours is not printed; the demo's own is no secret.
  const bearer =
    key === null ? "" : ` -H "Authorization: Bearer ${fleet === null ? "<your master key>" : key}"`;
  const lines = [
    "The fleet in a browser, which follows what changes:",
    `  ${proberUrl}/`,
    "Try it by hand:",
    `  curl ${gatewayUrl}/v1/models${bearer}`,
    `  curl ${gatewayUrl}/v1/chat/completions${bearer} -H "Content-Type: application/json" \\`,
    `    -d '{"model": "${alias}", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'`,
    `  curl "${gatewayUrl}/readyz?verbose"    curl "${proberUrl}/readyz?verbose"    curl ${proberUrl}/metrics`,
    `  ${IS_BUILT ? "rollcall" : "npm run rollcall --"} status --prober-url ${proberUrl}`,
  ];
  if (fleet !== null) {
    lines.push(
      "Break it and watch:",
      `  curl ${fleet.ready.controlUrl}/rename -H "Content-Type: application/json" -d '{"names": ["another-name"]}'    # trap 2; put it right with "gpt-oss-120b"`,
      `  curl ${fleet.misnamed.controlUrl}/rename -H "Content-Type: application/json" -d '{"names": ["llama-3.3-70b"]}'   # and this one is put right`,
      `  curl ${fleet.loading.controlUrl}/load -H "Content-Type: application/json" -d '{"ms": 10000}'    # a restart that loads for ten seconds`,
    );
  }
  return `${[...lines, "Ctrl-C ends everything.", ""].join("\n")}\n`;
}

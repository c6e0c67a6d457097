import { isRoutable } from "@rollcall/contract";
import { systemClock } from "@rollcall/runtime";
import type { Status } from "@rollcall/prober";
import { printFleet } from "../fleet-table.ts";
import type { Pair } from "../pair.ts";
import { fetchStatus } from "../prober-client.ts";
import type { Terminal } from "../terminal.ts";
import type { DemoFleet } from "./demo-config.ts";
import { streamChat } from "./stream-chat.ts";

interface Show {
  readonly pair: Pair;
  readonly terminal: Terminal;
  readonly key: string | null;
  /** Null: real backends. */
  readonly fleet: DemoFleet | null;
}

/** The fleet table, a request that is answered, one that is refused, and what to try by hand. */
export async function showFleet({ pair, terminal, key, fleet }: Show): Promise<void> {
  const [gatewayUrl, proberUrl] = await Promise.all([pair.gatewayUrl, pair.proberUrl]);
  const status = await firstCall(proberUrl, key);
  terminal.out(`\n${printFleet(status.deployments, terminal, systemClock.now())}\n`);
  const ready = status.deployments.find(isRoutable);
  const out = status.deployments.find(
    (deployment) => !isRoutable(deployment) && deployment.reason !== "loading",
  );
  for (const deployment of [ready, out]) {
    if (deployment === undefined) continue;
    terminal.out(`${terminal.paint("cyan", `→ chat, model "${deployment.alias}", streamed`)}\n  `);
    const refused = await streamChat({
      gatewayUrl,
      key,
      alias: deployment.alias,
      onText: (text) => terminal.out(text),
    });
    terminal.out(`${refused ?? ""}\n\n`);
  }
  if (ready === undefined) terminal.out("No deployment is ready yet: changes are told below.\n\n");
  terminal.out(
    printAddresses({
      gatewayUrl,
      proberUrl,
      key,
      fleet,
      alias: ready?.alias ?? status.deployments[0]?.alias ?? "",
    }),
  );
}

const ASK_MS = 100;

async function firstCall(url: string, key: string | null): Promise<Status> {
  for (;;) {
    const status = await fetchStatus({ url, key });
    if (status.prober.initialRoundDone) return status;
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
    "Try it by hand:",
    `  curl ${gatewayUrl}/v1/models${bearer}`,
    `  curl ${gatewayUrl}/v1/chat/completions${bearer} -H "Content-Type: application/json" \\`,
    `    -d '{"model": "${alias}", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'`,
    `  curl "${gatewayUrl}/readyz?verbose"    curl "${proberUrl}/readyz?verbose"    curl ${proberUrl}/metrics`,
    `  npm run rollcall -- status --prober-url ${proberUrl}`,
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

import type { Cell } from "@rollcall/runtime";
import type { SnapshotFeed } from "../probers/snapshot-feed.ts";
import type { RoutingState } from "../routing-state.ts";
import { KnownModels, type KnownDeployment } from "../server/known-models.ts";
import type { BytesPerToken } from "../truncation/bytes-per-token.ts";
import { askOnce } from "../upstream/ask-once.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import type { Transport } from "../upstream/transport.ts";
import { estimateTokens, tokenQuestion, type Counted } from "./tokenizers.ts";

/** Counting takes milliseconds; a server that needs longer has more important things to do. */
const TIMEOUT_MS = 5_000;

/** An id for each token of the longest prompts. */
const MAX_BYTES = 32 * 1024 * 1024;

const MOST_ASKED = 2;

export interface TokenCountsDeps {
  readonly state: Cell<RoutingState>;
  readonly feed: Pick<SnapshotFeed, "snapshot">;
  readonly transport: Transport;
  readonly deadlines: Deadlines;
  readonly ratios: BytesPerToken;
}

export interface Count {
  readonly tokens: number;
  /** No server's tokenizer has said it. */
  readonly isEstimate: boolean;
}

/** Counts what a request would take: by a server's own tokenizer where one can be asked, else by what its bytes usually come to. */
export class TokenCounts {
  readonly #deps: TokenCountsDeps;

  constructor(deps: TokenCountsDeps) {
    this.#deps = deps;
  }

  /** `name`: as apps send it; whether they may is not asked here. Null: there is no such model. */
  async count(name: string, counted: Counted, requestId: string): Promise<Count | null> {
    const { state, feed, ratios } = this.#deps;
    const model = new KnownModels(state.get(), feed.snapshot, null).find(name);
    if (model === null) return null;
    const able = model.deployments.filter((known) => known.isRoutable && questionTo(known, counted) !== null);
    for (const known of able.slice(0, MOST_ASKED)) {
      const tokens = await this.#ask(known, counted, requestId);
      if (tokens !== null) return { tokens, isEstimate: false };
    }
    const alias = model.deployments[0]?.deployment.alias ?? name;
    return { tokens: estimateTokens(counted, ratios.usual(alias)), isEstimate: true };
  }

  async #ask(known: KnownDeployment, counted: Counted, requestId: string): Promise<number | null> {
    const { deadlines, state, transport } = this.#deps;
    const { backend } = known.deployment;
    const { headers } = state.get().templates.of(known.deployment);
    const asking = { transport, deadlines, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
    let next = questionTo(known, counted);
    while (next !== null) {
      const request = {
        method: "POST",
        path: backend.base.rootPath + next.path,
        headerLines: headers.print({}, requestId, null),
        body: [Buffer.from(JSON.stringify(next.body))],
        lender: null,
        repeatable: true,
      } as const;
      const body = await askOnce(backend.base.origin, request, asking);
      const said = body === null ? null : next.read(parse(body));
      if (typeof said === "number" || said === null) return said;
      next = said;
    }
    return null;
  }
}

function questionTo({ deployment, verdict }: KnownDeployment, counted: Counted) {
  const kind = deployment.backend.kind ?? verdict?.served?.kind ?? "generic";
  return tokenQuestion(kind, counted, deployment.expected);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

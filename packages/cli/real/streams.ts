/** What became of one stream. */
export interface Streamed {
  readonly status: number;
  readonly reason: string | null;
  /** whole: it says how it ended; told: it was cut and an event says so; error: a status; silent: none of these. */
  readonly outcome: "whole" | "told" | "error" | "silent";
  readonly tokens: number;
  readonly text: string;
  readonly endedAt: number;
}

interface Chunk {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
}

const PATIENCE_MS = 120_000;

/** One chat stream on its way. */
export interface OpenChat {
  /** Its first words have come, or an error in place of them. */
  readonly begun: Promise<unknown>;
  readonly ended: Promise<Streamed>;
}

/** Asks for a stream of exactly so many tokens. */
export function openChat(
  gateway: string,
  body: { readonly model: string; readonly max_tokens: number },
): OpenChat {
  const begun = fetch(`${gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer sk-test", "content-type": "application/json" },
    body: JSON.stringify({
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      ignore_eos: true,
      ...body,
    }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { begun, ended: begun.then(readToEnd) };
}

async function readToEnd(response: Response): Promise<Streamed> {
  const text = await response.text().catch((fault: unknown) => `broken: ${String(fault)}`);
  const { status } = response;
  return {
    status,
    reason: response.headers.get("x-rollcall-reason"),
    ...(status === 200 ? judge(text) : { outcome: "error", tokens: 0 }),
    text,
    endedAt: performance.now(),
  };
}

function judge(text: string): Pick<Streamed, "outcome" | "tokens"> {
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, one = ""]) => one);
  const chunks = data.filter((one) => one !== "[DONE]").map((one) => JSON.parse(one) as Chunk);
  const choices = chunks.flatMap(({ choices: all = [] }) => all);
  const tokens = choices.filter(({ delta }) => (delta?.content ?? "") !== "").length;
  if (chunks.some(({ error }) => error !== undefined)) return { outcome: "told", tokens };
  const finish = choices.findLast(({ finish_reason: reason }) => typeof reason === "string");
  const isWhole = finish !== undefined && finish.finish_reason !== "abort" && data.at(-1) === "[DONE]";
  return { outcome: isWhole ? "whole" : "silent", tokens };
}

/** outcome → how many. */
export function countOutcomes(streams: readonly Streamed[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of streams) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

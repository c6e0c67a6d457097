/** What the events of one stream amount to. */
export interface StreamReading {
  /** Some part of an answer came. */
  readonly started: boolean;
  /** Tokens with text in them. */
  readonly tokens: number;
  readonly error: boolean;
  readonly aborted: boolean;
  /** A finish_reason came, whichever. */
  readonly finished: boolean;
  readonly done: boolean;
}

interface Choice {
  readonly delta?: { readonly content?: string };
  readonly finish_reason?: string | null;
}

interface Event {
  readonly error?: unknown;
  readonly choices?: readonly Choice[];
}

const DATA = /^data: (.*)$/gm;

/** Reads server-sent events as an OpenAI client does. Half an event at the end of a cut stream says nothing. */
export function readStream(text: string): StreamReading {
  const data = [...text.matchAll(DATA)].map(([, payload = ""]) => payload.trim());
  const events = data.flatMap(parse);
  const choices = events.flatMap(({ choices: all = [] }) => all);
  return {
    started: events.some(({ choices: all }) => all !== undefined),
    tokens: choices.filter(({ delta }) => (delta?.content ?? "") !== "").length,
    error: events.some(({ error }) => error !== undefined && error !== null),
    aborted: choices.some(({ finish_reason: reason }) => reason === "abort"),
    finished: choices.some(({ finish_reason: reason }) => typeof reason === "string"),
    done: data.includes("[DONE]"),
  };
}

function parse(payload: string): Event[] {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === "object" && value !== null ? [value] : [];
  } catch {
    return [];
  }
}

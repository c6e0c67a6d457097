import type { Candidate } from "../src/routing/candidate.ts";
import { readJsonFields } from "../src/body/json-fields.ts";
import { RequestBody } from "../src/body/request-body.ts";
import { seeded } from "./seeded.ts";
import type { TruncationWatch } from "../src/truncation/truncation-watch.ts";

/** A text and how many tokens a tokenizer of today makes of it. */
export interface Prompt {
  readonly text: string;
  readonly tokens: number;
}

type Random = () => number;

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;

const WORDS =
  "the model reads every prompt that an application sends and answers with one token after another until it is done because somebody asked about configuration deployment throughput".split(
    " ",
  );
const CJK =
  "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CJK_CHARACTERS = CJK.split("");
const BASE64_CHARACTERS = BASE64.split("");
const CODE = [
  "if (value === undefined) return null;",
  "for (const [key, item] of entries) {",
  'throw new Error(`unexpected "${kind}"`);',
  "const total = items.reduce((sum, { price }) => sum + price, 0);",
  "}",
];

/** A line of each kind of text, with its tokens as cl100k and Qwen's tokenizer have them, within a tenth. */
const LINES: Readonly<Record<string, (random: Random) => Prompt>> = {
  prose: (random) => {
    const words = Array.from({ length: 12 }, () => pick(WORDS, random));
    return { text: `${words.join(" ")}.\n`, tokens: words.length + 2 };
  },
  code: (random) => {
    const line = pick(CODE, random);
    const indent = "  ".repeat(Math.floor(random() * 8));
    return { text: `${indent}${line}\n`, tokens: 2 + Math.ceil(line.length / 3.4) };
  },
  // Each character is three bytes and most are tokens of their own; the densest tokenizers take almost two at once.
  cjk: (random) => {
    const text = Array.from({ length: 40 }, () => pick(CJK_CHARACTERS, random)).join("");
    return { text, tokens: Math.ceil(40 / (1 + random() * 0.8)) };
  },
  base64: (random) => {
    const text = Array.from({ length: 76 }, () => pick(BASE64_CHARACTERS, random)).join("");
    return { text: `${text}\n`, tokens: Math.ceil(76 / (1.3 + random() * 0.6)) };
  },
};

export const TEXT_KINDS = Object.keys(LINES);

/** So many different lines make enough of a text. */
const DIFFERENT_LINES = 400;
const made = seeded(1);
const STOCK = new Map(
  Object.entries(LINES).map(([kind, line]) => [
    kind,
    Array.from({ length: DIFFERENT_LINES }, () => line(made)),
  ]),
);

/** About so many tokens of a kind of text; `exactly`: as an app sends that cuts by itself, at a round number. */
export function promptOf(
  kind: string,
  { tokens, exactly, random }: { tokens: number; exactly: boolean; random: Random },
): Prompt {
  const lines: string[] = [];
  let sum = 0;
  while (sum < tokens) {
    const line = pick(STOCK.get(kind) ?? [], random);
    lines.push(line.text);
    sum += line.tokens;
  }
  return { text: lines.join(""), tokens: exactly ? tokens : sum };
}

/** Sends a prompt and hears how many tokens were read of it. True: the app was warned. */
export function ask(
  watch: TruncationWatch,
  candidate: Candidate,
  { body, tokens, stream = false }: { body: string; tokens: number; stream?: boolean },
): boolean {
  const fields = readJsonFields(Buffer.from(body));
  if (!fields.ok) throw new Error("no JSON");
  let warned = false;
  const ctx = { body: new RequestBody(Buffer.from(body), () => {}), fields: fields.value };
  const headers: Record<string, string> = {};
  const reader = watch.open({ ctx, candidate, headers, promptTruncated: () => (warned = true) });
  if (stream) {
    reader?.beforeStream();
    ctx.body.release();
  }
  reader?.read(Buffer.from(JSON.stringify({ choices: [], usage: { prompt_tokens: tokens } })));
  return warned || headers["x-rollcall-warning"] !== undefined;
}

/** Python's json.dumps, which many apps use: nothing but ASCII. */
export function escaped(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

import { BodyNameRewriter } from "../../../gateway/src/upstream/transform/body-name-rewriter.ts";
import { EventNameRewriter } from "../../../gateway/src/upstream/transform/event-name-rewriter.ts";
import type { Transform } from "../../../gateway/src/upstream/transform/transform.ts";
import { compileNamePaths } from "../../../gateway/src/upstream/transform/name-paths.ts";

/**
 * What it costs to put the alias for the upstream's name, in CPU time, beside a bare search for the key: nothing that finds
 * the name can be cheaper. Both in turns, the best of several rounds. `node packages/bench/src/micro/name-rewriter.ts`
 */
const ROUNDS = 15;
const CHUNK_BYTES = 64 * 1024;
const NAME = "Qwen/Qwen2.5-7B-Instruct";
const KEY = Buffer.from('"model"');
const PATHS = compileNamePaths([["model"]]);

type Push = (bytes: Buffer) => readonly Buffer[];

interface Case {
  readonly name: string;
  readonly pieces: readonly Buffer[];
  readonly repeats: number;
  readonly open: () => Push;
}

function pushOf(rewriter: Transform): Push {
  return (bytes) => rewriter.push(bytes);
}

const ALIAS = Buffer.from('"chat"');

const openEvents = () => pushOf(new EventNameRewriter(ALIAS, PATHS));
const openBody = () => pushOf(new BodyNameRewriter(ALIAS, PATHS));
const openWhole = (): Push => {
  const rewriter = new BodyNameRewriter(ALIAS, PATHS);
  return (bytes) => rewriter.rewriteWhole(bytes);
};
/** To the end, as whoever wants to know whether there is another one. */
const openSearch = (): Push => (bytes) => (bytes.indexOf(KEY, bytes.indexOf(KEY) + 1) === 0 ? [] : [bytes]);

function event(value: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

const count = <T>(length: number, make: (index: number) => T) =>
  Array.from({ length }, (_, index) => make(index));

const HEAD = {
  id: "chatcmpl-8d1f4b1c9f0e4c0a9d0d",
  object: "chat.completion.chunk",
  created: 1_764_166_319,
  model: NAME,
};

/** As vLLM and SGLang write it: the name before all that changes. */
const early = (index: number) =>
  event({ ...HEAD, choices: [{ index: 0, delta: { content: ` token${index}` }, finish_reason: null }] });

/** As llama.cpp writes it: the name behind what changes. */
const late = (index: number) =>
  event({ choices: [{ index: 0, delta: { content: ` token${index}` }, finish_reason: null }], ...HEAD });

const nameless = (index: number) =>
  event({ type: "response.output_text.delta", sequence_number: index, item_id: "msg_1", delta: " token" });

function chunksOf(value: object): Buffer[] {
  const bytes = Buffer.from(JSON.stringify(value));
  return count(Math.ceil(bytes.length / CHUNK_BYTES), (index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

const embedding = (index: number) => ({
  index,
  embedding: count(4_096, (place) => Math.sin(place * index) / 10),
});
const EMBEDDINGS = { object: "list", data: count(12, embedding), model: NAME };
const TEXT = { ...HEAD, choices: [{ message: { content: 'He said "yes",\nand left. '.repeat(40_000) } }] };

const CASES: readonly Case[] = [
  { name: "event, name early", pieces: count(200, early), repeats: 100, open: openEvents },
  { name: "event, name late", pieces: count(200, late), repeats: 100, open: openEvents },
  { name: "event without a name", pieces: count(200, nameless), repeats: 100, open: openEvents },
  { name: "1 MB of embeddings", pieces: chunksOf(EMBEDDINGS), repeats: 20, open: openBody },
  { name: "1 MB of text in chunks", pieces: chunksOf(TEXT), repeats: 20, open: openBody },
  { name: "1 MB of text, whole", pieces: [Buffer.concat(chunksOf(TEXT))], repeats: 20, open: openWhole },
];

/** CPU nanoseconds for all pieces. */
function measure({ pieces, repeats }: Case, open: () => Push): number {
  const begun = process.cpuUsage();
  let parts = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const push = open();
    for (const piece of pieces) parts += push(piece).length;
  }
  const { user, system } = process.cpuUsage(begun);
  if (parts === 0) throw new Error("nothing came out");
  return ((user + system) * 1_000) / repeats;
}

function print(one: Case, ns: number): string {
  const bytes = one.pieces.reduce((sum, { length }) => sum + length, 0);
  const each = ns / one.pieces.length;
  return one.open === openEvents ? `${each.toFixed(0)} ns` : `${((bytes * 1_000) / ns).toFixed(0)} MB/s`;
}

for (const one of CASES) {
  let [rewriting, searching] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    rewriting = Math.min(rewriting, measure(one, one.open));
    searching = Math.min(searching, measure(one, openSearch));
  }
  process.stdout.write(
    `${one.name.padEnd(24)} ${print(one, rewriting).padStart(12)}   search alone ${print(one, searching).padStart(12)}\n`,
  );
}

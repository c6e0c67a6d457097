import { dropFrom, type DropTree } from "./drop-tree.ts";
import { NO_EDITS, type Edit } from "./edits.ts";
import { skipSpace } from "./json-scan.ts";
import { membersOf, type Member } from "./json-walk.ts";

/** A member that is put into a body. */
export interface Addition {
  readonly key: string;
  readonly value: unknown;
  /** Not where one of these keys is there: its own, and others that say the same. */
  readonly unless: readonly string[];
  /** As JSON has it: `"temperature":0.2,` */
  readonly text: string;
  /** Only where the answer is to be a stream. */
  readonly forStreams: boolean;
}

/** What one deployment changes in the bodies of one endpoint. */
export interface BodyChanges {
  readonly additions: readonly Addition[];
  /** By key: values that win over the request's own, as JSON. */
  readonly replacements: ReadonlyMap<string, Buffer>;
  /** Takes out no key that is replaced. */
  readonly drops: DropTree | null;
  /** Is usage asked for where `stream_options` say nothing of it? */
  readonly streamUsage: boolean;
  /** Does the config say itself what becomes of `stream_options`? */
  readonly setsStreamOptions: boolean;
}

/**
 * What is put in stands first: whatever the request says later wins with every parser that takes it for the same key. The
 * object must hold something that is not taken out, such as the model's name, since a comma follows what is put in.
 */
export function changeBody(body: Buffer, changes: BodyChanges, isStream: boolean): readonly Edit[] {
  const start = skipSpace(body, 0);
  const members = membersOf(body, { start });
  if (members.length === 0) return NO_EDITS;
  const { additions, drops, replacements } = changes;
  const keys = new Set(members.map(({ key }) => key));
  const texts = additions.filter((addition) => isWanted(addition, keys, isStream)).map(({ text }) => text);
  const edits: Edit[] = [];
  if (texts.length > 0) edits.push({ start: start + 1, end: start + 1, bytes: Buffer.from(texts.join("")) });
  for (const [key, bytes] of replacements) {
    const value = lastOf(members, key);
    if (value !== undefined) edits.push({ ...value, bytes });
  }
  if (changes.streamUsage && isStream) edits.push(...askForUsage(body, members));
  return drops === null ? edits : [...edits, ...dropFrom(body, members, drops)];
}

/** Is it for this request, which has these keys? */
export function isWanted(
  { forStreams, unless }: Addition,
  keys: ReadonlySet<string>,
  isStream: boolean,
): boolean {
  return (isStream || !forStreams) && !unless.some((key) => keys.has(key));
}

/** Of keys that repeat the last holds. */
function lastOf(members: readonly Member[], wanted: string): Member["value"] | undefined {
  return members.findLast(({ key }) => key === wanted)?.value;
}

const INCLUDE_USAGE = "include_usage";
const ASKED = Buffer.from(`"${INCLUDE_USAGE}":true`);
const ASKED_BESIDE = Buffer.from(`"${INCLUDE_USAGE}":true,`);

/** A request that says no keeps it. */
function askForUsage(body: Buffer, members: readonly Member[]): readonly Edit[] {
  const options = lastOf(members, "stream_options");
  if (options === undefined || body[options.start] !== 0x7b) return NO_EDITS;
  const said = membersOf(body, options);
  if (said.some(({ key }) => key === INCLUDE_USAGE)) return NO_EDITS;
  const at = options.start + 1;
  return [{ start: at, end: at, bytes: said.length === 0 ? ASKED : ASKED_BESIDE }];
}

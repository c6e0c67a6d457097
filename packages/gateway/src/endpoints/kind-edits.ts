import type { Kind } from "@rollcall/contract";
import type { Edit } from "../body/edits.ts";
import { membersOf } from "../body/json-walk.ts";

/** What servers of one kind read otherwise in a body. */
type KindEdits = Readonly<Partial<Record<Kind, (body: Buffer) => readonly Edit[]>>>;

/** By the endpoint's name, for those that stand `elsewhere` on some kind of server. */
export const KIND_EDITS: ReadonlyMap<string, KindEdits> = new Map([
  ["rerank", { tei: renameKeys({ documents: "texts", return_documents: "return_text" }) }],
]);

/** The same values under other keys at the top level. */
function renameKeys(names: Readonly<Record<string, string>>): (body: Buffer) => readonly Edit[] {
  return (body) =>
    membersOf(body, { start: body.indexOf("{") }).flatMap(({ key, keyEnd, start }) => {
      const name = Object.hasOwn(names, key) ? names[key] : undefined;
      return name === undefined ? [] : [{ start, end: keyEnd, bytes: Buffer.from(JSON.stringify(name)) }];
    });
}

import { EVERY, type DropPath, type DropStep } from "@rollcall/contract";
import { leaveOut, type Edit } from "./edits.ts";
import type { Span } from "./json-fields.ts";
import { elementsOf, membersOf, type Member } from "./json-walk.ts";

/** What is taken out below one place of a body. */
export interface DropTree {
  /** By key: what is taken out below it, or all of it. */
  readonly keys: ReadonlyMap<string, DropTree | "all">;
  /** The same below each element of a list, and below some of them beside that. */
  readonly every: DropTree | null;
  readonly elements: ReadonlyMap<number, DropTree>;
}

/** Several paths as one tree, so that what several of them take out of one object is taken out at once. */
export function dropTree(paths: readonly (readonly DropStep[])[]): DropTree {
  const below = (step: DropStep) => paths.filter(([first]) => first === step).map((path) => path.slice(1));
  const firsts = new Set(paths.map(([first]) => first));
  const keys = [...firsts].filter((step) => typeof step === "string");
  const indexes = [...firsts].filter((step) => typeof step === "number");
  const every = below(EVERY);
  return {
    keys: new Map(keys.map((key) => [key, subtree(below(key))])),
    every: every.length === 0 ? null : dropTree(every),
    // What holds for all elements holds for these, too.
    elements: new Map(indexes.map((index) => [index, dropTree([...every, ...below(index)])])),
  };
}

function subtree(paths: readonly (readonly DropStep[])[]): DropTree | "all" {
  return paths.some((path) => path.length === 0) ? "all" : dropTree(paths);
}

export function treeOf(paths: readonly DropPath[]): DropTree | null {
  return paths.length === 0 ? null : dropTree(paths);
}

/** Takes it out of the object whose members these are. */
export function dropFrom(body: Buffer, members: readonly Member[], { keys }: DropTree): readonly Edit[] {
  if (!members.some(({ key }) => keys.has(key))) return [];
  return [
    ...leaveOut(members, ({ key }) => keys.get(key) === "all"),
    ...members.flatMap(({ key, value }) => {
      const tree = keys.get(key);
      return tree === undefined || tree === "all" ? [] : dropBelow(body, value, tree);
    }),
  ];
}

function dropBelow(body: Buffer, span: Span, tree: DropTree): readonly Edit[] {
  const { elements, every, keys } = tree;
  if (keys.size > 0) {
    const edits = dropFrom(body, membersOf(body, span), tree);
    if (edits.length > 0) return edits;
  }
  if (every === null && elements.size === 0) return [];
  return elementsOf(body, span).flatMap((element, index) => {
    const its = elements.get(index) ?? every;
    return its === null ? [] : dropBelow(body, element, its);
  });
}

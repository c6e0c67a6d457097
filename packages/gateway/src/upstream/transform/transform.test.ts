import { expect, test } from "vitest";
import { flushAll, transformAll, transformWhole, type BodyTransform } from "./transform.ts";

/** Holds the last byte back, and writes its mark before each piece. */
class Holding implements BodyTransform {
  readonly #mark: string;
  #held = "";

  constructor(mark: string) {
    this.#mark = mark;
  }

  push(bytes: Buffer): readonly Buffer[] {
    const text = this.#held + bytes.toString();
    this.#held = text.slice(-1);
    return [Buffer.from(this.#mark), Buffer.from(text.slice(0, -1))];
  }

  flush(): Buffer {
    return Buffer.from(this.#held);
  }

  rewriteWhole(body: Buffer): readonly Buffer[] {
    return [Buffer.from(this.#mark), body];
  }
}

const text = (parts: readonly Buffer[]) => Buffer.concat([...parts]).toString();

test("without any, bytes pass as they are", () => {
  expect(text(transformAll([], Buffer.from("abc")))).toBe("abc");
  expect(text(flushAll([]))).toBe("");
});

test("bytes go through all in order, and what the first held back goes through the others at the end", () => {
  const both = [new Holding("1"), new Holding("2")];
  const sent = text(transformAll(both, Buffer.from("abc")));
  const rest = text(flushAll(both));
  expect((sent + rest).replaceAll(/[12]/g, "")).toBe("abc");
  expect(sent.startsWith("2")).toBe(true);
});

test("a whole body goes through all in order at once", () => {
  expect(text(transformWhole([new Holding("1"), new Holding("2")], Buffer.from("abc")))).toBe("21abc");
});

import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Hmac } from "./hmac.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

test("is what node:crypto makes of the same key and text", () => {
  fc.assert(
    fc.property(bytes(64), bytes(300), (key, text) => {
      expect(new Hmac(key).of(text)).toEqual(createHmac("sha256", key).update(text).digest());
    }),
  );
});

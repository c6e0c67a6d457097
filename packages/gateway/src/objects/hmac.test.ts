import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Hmac } from "./hmac.ts";

const UNIT = fc.constantFrom("\0", "a", "é", "日", "😀");

test("is what node:crypto makes of the same key and text", () => {
  const keys = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(keys, fc.array(fc.string({ unit: UNIT, maxLength: 200 }), { maxLength: 3 }), (key, texts) => {
      const hmac = new Hmac(key);
      for (const text of texts)
        expect(hmac.of(text)).toBe(createHmac("sha256", key).update(text).digest("base64url"));
    }),
  );
});

import { expect, it } from "vitest";
import { embeddings, longChat, pictureChat, smallChat, smallResponse, streamedChat } from "./body.ts";

it("makes bodies of about the size that was asked for, which parse", () => {
  for (const bytes of [100_000, 1_000_000]) {
    const body = longChat(bytes);
    expect(Math.abs(Buffer.byteLength(body) - bytes)).toBeLessThan(1_000);
    expect(JSON.parse(body)).toMatchObject({ model: "coder" });
  }
  expect(Math.abs(pictureChat(8_000_000).length - 8_000_000)).toBeLessThan(1_000);
  expect(smallChat().length).toBeGreaterThan(250);
  expect(smallChat().length).toBeLessThan(350);
  expect(Math.abs(smallResponse().length - smallChat().length)).toBeLessThan(10);
});

it("asks for streams and for many vectors", () => {
  expect(JSON.parse(streamedChat(7))).toMatchObject({ stream: true, max_tokens: 7 });
  expect((JSON.parse(embeddings()) as { input: unknown[] }).input).toHaveLength(1_000);
});

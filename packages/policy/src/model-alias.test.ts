import { expect, test } from "vitest";
import { grantees, key, team } from "../test/records.ts";
import { aliasFor } from "./model-alias.ts";

const OF = grantees({
  key: key({ aliases: { gpt: "chat", chat: "other" } }),
  team: team({ aliases: { gpt: "never", embed: "qwen-embed" } }),
});

test.each([
  ["gpt", "chat"],
  ["embed", "qwen-embed"],
  ["mistral", "mistral"],
  ["toString", "toString"],
  ["__proto__", "__proto__"],
])("%s is %s", (name, alias) => {
  expect(aliasFor(OF, name)).toBe(alias);
});

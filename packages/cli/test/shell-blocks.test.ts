import { describe, expect, test } from "vitest";
import { shellBlocks, unlike } from "./shell-blocks.ts";

const TEXT = `# Page
Words.

\`\`\`sh
one
\`\`\`

\`\`\`text
printed
\`\`\`

## Part

<!-- not run: needs a GPU -->

\`\`\`sh
two
\`\`\`

1. A list:

   \`\`\`bash
   three
     four
   \`\`\`

   It says:

   \`\`\`text
   more
   \`\`\`

\`\`\`ts
no();
\`\`\`
`;

test("commands of a document are found with their heading, what they print and why they are not run", () => {
  expect(shellBlocks(TEXT)).toEqual([
    { line: 4, heading: "Page", script: "one", prints: "printed", notRun: null },
    { line: 16, heading: "Part", script: "two", prints: null, notRun: "needs a GPU" },
    { line: 22, heading: "Part", script: "three\n  four", prints: null, notRun: null },
  ]);
});

describe("what is printed is as shown", () => {
  test.each([
    ["to the letter", "active\n", "active"],
    ["with what differs", "0.1.7\n", "0.1.…"],
    ["with lines before", "a\nb\nactive\n", "…\nactive"],
    ["with no line before", "active\n", "…\nactive"],
    ["with lines after", "active\nb\nc\n", "active\n…"],
    ["whatever the width of columns", "  coder    ready  2 s\n", "coder ready …"],
  ])("%s", (_what, printed, shown) => {
    expect(unlike(printed, shown)).toBeNull();
  });

  test.each([
    ["with another word", "inactive\n", "active"],
    ["with more lines than shown", "active\nb\n", "active"],
    ["with other signs", "a.c (1)\n", "abc (1)"],
  ])("not %s", (_what, printed, shown) => {
    expect(unlike(printed, shown)).toContain(printed);
  });
});

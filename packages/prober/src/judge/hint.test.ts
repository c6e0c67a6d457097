import { REASON_CODES, REASONS } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { hintFor } from "./hint.ts";

const others = REASON_CODES.filter((reason) => reason !== "ok" && reason !== "wrong_name");

describe("a hint", () => {
  it("is empty when all is well", () => {
    expect(hintFor({ reason: "ok", expected: "m", found: ["m"] })).toBe("");
  });

  it.each(others)("is the table's fix for %s", (reason) => {
    expect(hintFor({ reason, expected: "m", found: ["x"] })).toBe(REASONS[reason].fix);
  });

  it("is what the evidence itself says, where it says more than the table", () => {
    expect(hintFor({ reason: "tls", expected: "m", found: [], fix: "Write https://." })).toBe(
      "Write https://.",
    );
  });

  it("says both ways out when one other name is served", () => {
    expect(hintFor({ reason: "wrong_name", expected: "llama", found: ["org/qwen"] })).toBe(
      'The config expects "llama", the backend serves "org/qwen". Set litellm_params.model to openai/org/qwen, or start the backend with --served-model-name llama.',
    );
  });

  it("asks whether a near name was meant", () => {
    expect(hintFor({ reason: "wrong_name", expected: "gpt-oss-120b", found: ["gpt-oss-20b"] })).toContain(
      'the backend serves "gpt-oss-20b": did you mean "gpt-oss-20b"? Set litellm_params.model',
    );
  });

  it("asks so for another case too", () => {
    expect(hintFor({ reason: "wrong_name", expected: "llama", found: ["x", "Llama"] })).toContain(
      'the backend serves "x", "Llama": did you mean "Llama"?',
    );
  });

  it("names all that are served and chooses none of several far ones", () => {
    expect(hintFor({ reason: "wrong_name", expected: "llama", found: ["alpha-7b", "beta-70b"] })).toBe(
      `The config expects "llama", the backend serves "alpha-7b", "beta-70b". ${REASONS.wrong_name.fix}`,
    );
  });

  it("asks nobody to start a backend with a star in its name", () => {
    expect(hintFor({ reason: "wrong_name", expected: "qwen-*", found: ["llama"] })).toBe(
      `The config expects "qwen-*", the backend serves "llama". ${REASONS.wrong_name.fix}`,
    );
  });

  it.each(["a\nb", "a\r\nb", "\u001b[31mred", "x\u0000"])(
    "stays one line that is safe to print when a backend serves %j",
    (name) => {
      const hint = hintFor({ reason: "wrong_name", expected: "llama", found: [name] });
      expect(hint).toMatch(/^\P{C}+$/u);
      expect(hint).toContain(`the backend serves ${JSON.stringify(name)}`);
    },
  );
});

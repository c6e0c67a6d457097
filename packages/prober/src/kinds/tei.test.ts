import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { readInfo } from "./tei.ts";

/** What TEI 1.9 tells. */
const INFO = {
  model_id: "BAAI/bge-large-en-v1.5",
  model_sha: "d4aa6901d3a41ba39fb536a557fa166f842b0e09",
  model_dtype: "float16",
  served_model_name: "bge",
  max_concurrent_requests: 512,
  max_input_length: 512,
  max_batch_tokens: 16_384,
  auto_truncate: true,
  version: "1.9.3",
};

const card = { parent: null, owner: null, created: null, state: null };

describe("/info", () => {
  it("is TEI's one card", () => {
    expect(readInfo(response(200, INFO))).toEqual({
      kind: "models",
      cards: [{ ...card, id: "bge", root: "BAAI/bge-large-en-v1.5", maxModelLen: 512 }],
    });
  });

  it("names the model itself where no served name is told", () => {
    const { served_model_name: _none, ...older } = INFO;
    expect(readInfo(response(200, older))).toMatchObject({ cards: [{ id: "BAAI/bge-large-en-v1.5" }] });
  });

  it.each([
    ["nothing", failure("ECONNREFUSED")],
    ["404", response(404, INFO)],
    ["a body that was cut", { ...response(200, INFO), truncated: true }],
    ["no JSON", response(200, "<html>")],
    ["null", response(200, "null")],
    ["a list", response(200, [INFO])],
    [
      "TGI's info, which has no input length of that name",
      response(200, { model_id: "m", max_input_tokens: 9 }),
    ],
    ["no name", response(200, { max_input_length: 512 })],
    ["an empty name", response(200, { ...INFO, served_model_name: "" })],
    ["a name that is none", response(200, { ...INFO, served_model_name: 7 })],
    ["a length that is none", response(200, { ...INFO, max_input_length: "512" })],
  ])("is not TEI's when it is %s", (_what, answer) => {
    expect(readInfo(answer)).toBeNull();
  });
});

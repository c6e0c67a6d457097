import assert from "node:assert/strict";
import { Cohere, CohereClient, CohereClientV2 } from "cohere-ai";
import * as with_ from "./features.mjs";

const options = { token: with_.KEY, environment: with_.URL_OF_GATEWAY };
const v2 = new CohereClientV2(options);
const ASKED = { model: "rerank", query: with_.QUESTION, documents: ["one", "two", "three"], topN: 2 };
const NO_RETRIES = { maxRetries: 0 };

await with_.tryFeatures({
  rerank: async () => {
    for (const client of [v2, new CohereClient(options)]) {
      const { results } = await client.rerank(ASKED, NO_RETRIES);
      assert.equal(results.length, 2);
      assert.ok(results[0].relevanceScore >= results[1].relevanceScore);
    }
  },
  "wrong-key": () =>
    with_.failsWith(Cohere.UnauthorizedError, () =>
      new CohereClientV2({ ...options, token: with_.WRONG_KEY }).rerank(ASKED, NO_RETRIES),
    ),
  "unknown-model": async () => {
    const error = await with_.failsWith(Cohere.NotFoundError, () =>
      v2.rerank({ ...ASKED, model: "rernk" }, NO_RETRIES),
    );
    assert.match(JSON.stringify(error.body), /rernk/);
  },
});

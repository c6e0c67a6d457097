import { KEY_HEADERS } from "@rollcall/runtime";
import { expect, test } from "vitest";
import { clientHeaders } from "./client-headers.ts";

test("what an app says by headers of its own goes on", () => {
  const sent = {
    "x-team": "blue",
    "x-data-parallel-rank": "1",
    b3: "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
    "x-b3-traceid": "0af7651916cd43dd8448eb211c80319c",
    langfuse_trace_id: "t-1",
    accept: "*/*",
    cookie: "a=b",
    "user-agent": "curl",
  };
  expect(clientHeaders(sent, null)).toEqual([
    ["x-team", "blue"],
    ["x-data-parallel-rank", "1"],
    ["b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"],
    ["x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"],
    ["langfuse_trace_id", "t-1"],
  ]);
});

test.each([
  ...KEY_HEADERS,
  "x-own-key",
  "langfuse-public-key",
  "b3x",
  "x-litellm-timeout",
  "x-rollcall-reason",
  "x-stainless-os",
  "x-forwarded-for",
  "x-request-id",
  "x-real-ip",
  // Goes on in any case, and so not twice.
  "x-session-id",
])("%s does not", (name) => {
  expect(clientHeaders({ [name]: "v" }, "x-own-key")).toEqual([]);
});

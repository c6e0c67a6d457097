import { expect, test, vi } from "vitest";
import { silentLog, type Log } from "@rollcall/runtime";
import { candidateOf } from "../../test/candidates.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import { RequestLog } from "./request-log.ts";

test("a backend that truncates prompts is logged once, with what makes it do so", () => {
  const warn = vi.fn<(facts: object, message: string) => void>();
  const log = { ...silentLog, warn } as unknown as Log;
  const requestLog = new RequestLog({ log, accessLog: silentLog }, { add: () => {} }, () => 0);
  const ctx = { requestId: "r1", alias: "chat", trace: null } as RequestContext;
  const attempt = { ctx, candidate: candidateOf("a"), number: 1, sentAt: 0 };
  for (const isNew of [true, false, false])
    requestLog.promptTruncated(attempt, { tokens: 4_096, setting: "num_ctx", isNew });
  expect(warn.mock.calls).toEqual([
    [
      {
        requestId: "r1",
        traceId: undefined,
        deployment: "a",
        alias: "chat",
        tokens: 4_096,
        setting: "num_ctx",
      },
      "backend truncates prompts; raise its context or make it refuse them",
    ],
  ]);
});

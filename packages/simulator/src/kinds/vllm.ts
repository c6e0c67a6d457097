import { json } from "../vllm/answer.ts";
import { UVICORN } from "../vllm/dialect.ts";
import { errorAnswer, errorEvent } from "../vllm/error-body.ts";
import { routeFor } from "../vllm/routes.ts";
import type { ServerKind } from "./server-kind.ts";

export const VLLM: ServerKind = {
  dialect: {
    ...UVICORN,
    unknownModel: (asked) => {
      const message = `The model \`${asked}\` does not exist.`;
      return { status: 404, type: "NotFoundError", message, param: "model" };
    },
    error: (error, { errorBodies }) => errorAnswer(error, errorBodies),
    errorEvent: (error, { errorBodies }) => errorEvent(error, errorBodies),
  },
  version: "0.26.0",
  listensWhileLoading: false,
  guards: (path) => path.startsWith("/v1"),
  unauthorized: json(401, { error: "Unauthorized" }),
  routeFor,
};

import { json } from "../vllm/answer.ts";
import { UVICORN } from "../vllm/dialect.ts";
import { errorAnswer, errorEvent } from "../vllm/error-body.ts";
import { PLAIN_RULES } from "../vllm/plain-rules.ts";
import { pythonJson } from "../vllm/python-repr.ts";
import { routeFor } from "../vllm/routes.ts";
import { VLLM_RULES } from "../vllm/vllm-rules.ts";
import type { ServerKind } from "./server-kind.ts";

export const VLLM: ServerKind = {
  dialect: {
    ...UVICORN,
    // Its CORS middleware.
    trailing: () => ({ vary: "Origin" }),
    rules: ({ errorBodies }) => (errorBodies === "nested" ? VLLM_RULES : PLAIN_RULES),
    unknownModel: (asked, names) => {
      const message = `The model \`${asked}\` does not exist. Valid aliases: ${names.join(", ")}.`;
      return { status: 404, type: "NotFoundError", message, param: "model" };
    },
    error: (error, { errorBodies }) => errorAnswer(error, errorBodies),
    errorEvent: (error, { errorBodies }) => errorEvent(error, errorBodies),
    errorJson: pythonJson,
  },
  version: "0.32.0",
  tasks: ["generate"],
  listensWhileLoading: false,
  guards: (path) => path.startsWith("/v1"),
  // Keys are checked outside of that middleware.
  unauthorized: { ...json(401, { error: "Unauthorized" }), bare: true },
  routeFor,
};

import type { Difference } from "./differences.ts";
import type { Topic } from "./plan.ts";

/** A difference that is meant, a row of packages/docs/migration.md. `*` stands for any text. */
export interface ListedDifference {
  readonly topics: readonly Topic[] | "all";
  readonly what: readonly string[];
  readonly litellm: string;
  readonly rollcall: string;
  readonly why: string;
  /** What `rollcall.compat: litellm` makes of it. */
  readonly compat: "stays" | "gone";
}

const ANSWERS: readonly Topic[] = ["chat", "stream", "completion", "embedding", "rerank"];
const NO_DATABASE = "LiteLLM without a database answers so to any key but the master key";

/** Seen beside LiteLLM, by `npm run test:litellm`. The first that fits counts. */
export const LISTED_DIFFERENCES: readonly ListedDifference[] = [
  {
    topics: "all",
    what: [
      "header content-security-policy",
      "header vary",
      "header x-content-type-options",
      "header x-frame-options",
    ],
    litellm: "there",
    rollcall: "absent",
    why: "meant for browsers that show pages, and there is none here; `gateway.cors` sets what web pages may do",
    compat: "stays",
  },
  {
    topics: "all",
    what: ["header x-request-id"],
    litellm: "absent",
    rollcall: "there",
    why: "the request's name in the logs; `x-litellm-call-id` has the same value here",
    compat: "stays",
  },
  {
    topics: [...ANSWERS, "refused request"],
    what: ["header x-rollcall-*"],
    litellm: "absent",
    rollcall: "there",
    why: "which deployment answered, after how many attempts, or for which reason none did",
    compat: "stays",
  },
  {
    topics: ANSWERS,
    what: ["header llm_provider-*"],
    litellm: "there",
    rollcall: "absent",
    why: "the backend's own headers: only those of an allow-list pass, under their own names",
    compat: "stays",
  },
  {
    topics: ["models"],
    what: ["body data[].*"],
    litellm: "*",
    rollcall: "absent",
    why: "`/model/info` has what LiteLLM's list says beside the names",
    compat: "stays",
  },
  {
    topics: ["models"],
    what: ["body data[].*"],
    litellm: "absent",
    rollcall: "*",
    why: "the context that the backend serves with, in the fields that clients look for",
    compat: "stays",
  },
  {
    topics: ANSWERS,
    what: ["body *", "event *", "name in the answer"],
    litellm: "absent",
    rollcall: "*",
    why: "the answer is the backend's with the alias in it; LiteLLM leaves out fields that are null or that it does not know",
    compat: "stays",
  },
  {
    topics: ANSWERS,
    what: ["body *", "event *"],
    litellm: "null",
    rollcall: "absent",
    why: "fields that LiteLLM adds and that the backend has not sent",
    compat: "stays",
  },
  {
    topics: ["rerank"],
    what: ["body meta.*"],
    litellm: "number",
    rollcall: "absent",
    why: "LiteLLM counts in Cohere's `meta`; the backend's own `usage` stands here",
    compat: "stays",
  },
  {
    topics: ["stream"],
    what: ["event choices[].delta"],
    litellm: "empty object",
    rollcall: "absent",
    why: "LiteLLM ends with a chunk of its own, with nothing in it; here chunks are the backend's",
    compat: "stays",
  },
  {
    topics: ["stream"],
    what: ["event choices[].finish_reason"],
    litellm: "string",
    rollcall: "null or string",
    why: "the backend writes null until the end, as OpenAI does; LiteLLM leaves it out",
    compat: "stays",
  },
  {
    topics: ["refused request"],
    what: ["error.code"],
    litellm: '"400"',
    rollcall: "null",
    why: "the backend's own error passes; LiteLLM puts the status there",
    compat: "stays",
  },
  {
    topics: ["malformed body"],
    what: ["error.code"],
    litellm: '"400"',
    rollcall: "null",
    why: "OpenAI's form; LiteLLM puts the status there",
    compat: "gone",
  },
  {
    topics: ["malformed body"],
    what: ["error.param"],
    litellm: "string",
    rollcall: "null",
    why: "no parameter is at fault",
    compat: "stays",
  },
  {
    topics: ["malformed body"],
    what: ["header x-litellm-*"],
    litellm: "absent",
    rollcall: "there",
    why: "errors have the request's name, too",
    compat: "stays",
  },
  {
    topics: ["unknown model"],
    what: ["status"],
    litellm: "400",
    rollcall: "404",
    why: "OpenAI's status",
    compat: "gone",
  },
  {
    topics: ["unknown model"],
    what: ["error.code"],
    litellm: '"400"',
    rollcall: '"model_not_found"',
    why: "OpenAI's code",
    compat: "gone",
  },
  {
    topics: ["unknown model"],
    what: ["error.param"],
    litellm: "null",
    rollcall: "string",
    why: "`model`, as OpenAI says it",
    compat: "stays",
  },
  {
    topics: ["unknown model"],
    what: ["error.provider_specific_fields.*"],
    litellm: "*",
    rollcall: "absent",
    why: "the message in another place",
    compat: "stays",
  },
  {
    topics: ["wrong key", "no key"],
    what: ["header www-authenticate"],
    litellm: "absent",
    rollcall: "there",
    why: "a 401 says how to show a key",
    compat: "stays",
  },
  {
    topics: ["wrong key"],
    what: ["status"],
    litellm: "400",
    rollcall: "401",
    why: NO_DATABASE,
    compat: "stays",
  },
  {
    topics: ["no key"],
    what: ["status"],
    litellm: "500",
    rollcall: "401",
    why: NO_DATABASE,
    compat: "stays",
  },
  {
    topics: ["no key"],
    what: ["content-type"],
    litellm: "text/plain",
    rollcall: "application/json",
    why: NO_DATABASE,
    compat: "stays",
  },
  {
    topics: ["wrong key", "no key"],
    what: ["error.type", "error.code"],
    litellm: "*",
    rollcall: "*",
    why: "OpenAI's words, and with `rollcall.compat: litellm` those of LiteLLM with a database",
    compat: "stays",
  },
];

export function listedFor({ topic, what, litellm, rollcall }: Difference): ListedDifference | undefined {
  return LISTED_DIFFERENCES.find(
    (one) =>
      (one.topics === "all" || one.topics.includes(topic)) &&
      one.what.some((pattern) => fits(pattern, what)) &&
      fits(one.litellm, litellm) &&
      fits(one.rollcall, rollcall),
  );
}

/** As the page has it, a cell for each column. */
export function listedRow({
  topics,
  what,
  litellm,
  rollcall,
  why,
  compat,
}: ListedDifference): readonly string[] {
  const where = topics === "all" ? "all" : topics.join(", ");
  return [where, what.join(", "), litellm, rollcall, why, compat];
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return text === pattern;
  return text.startsWith(first) && text.endsWith(last) && text.length >= first.length + last.length;
}

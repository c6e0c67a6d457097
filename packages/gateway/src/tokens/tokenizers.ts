import { isRecord, type Kind } from "@rollcall/contract";

/** What tokens are to be counted of: a chat, or a plain text. */
export type Counted =
  | { readonly kind: "chat"; readonly messages: readonly unknown[]; readonly tools: unknown }
  | { readonly kind: "text"; readonly text: string };

/** A question to a server's tokenizer. Paths are below the server's root, not its API: none of them has a version. */
export interface TokenQuestion {
  readonly path: string;
  readonly body: object;
  /** The count in the answer, or what is to be asked next; null where it is none of these. */
  read(answer: unknown): number | TokenQuestion | null;
}

type Ask = (counted: Counted, model: string) => TokenQuestion | null;

/** vLLM and SGLang: the count stands in the answer. */
const counting: Ask = (counted, model) => ({
  path: "/tokenize",
  body:
    counted.kind === "text"
      ? { model, prompt: counted.text }
      : {
          model,
          messages: counted.messages,
          add_generation_prompt: true,
          ...(counted.tools === undefined ? {} : { tools: counted.tools }),
        },
  read: (answer) => (isRecord(answer) && typeof answer["count"] === "number" ? answer["count"] : null),
});

/** llama.cpp knows texts alone: of a chat it says first what text it makes of it. */
const llamacpp: Ask = (counted) =>
  counted.kind === "text"
    ? llamacppText(counted.text)
    : {
        path: "/apply-template",
        body: {
          messages: counted.messages,
          ...(counted.tools === undefined ? {} : { tools: counted.tools }),
        },
        read: (answer) =>
          isRecord(answer) && typeof answer["prompt"] === "string" ? llamacppText(answer["prompt"]) : null,
      };

function llamacppText(content: string): TokenQuestion {
  return {
    path: "/tokenize",
    body: { content, add_special: true, parse_special: true },
    read: (answer) => (isRecord(answer) && Array.isArray(answer["tokens"]) ? answer["tokens"].length : null),
  };
}

/** TGI answers with a list of tokens, TEI with one such list for each text. Of chats neither is asked. */
const listing: Ask = (counted) =>
  counted.kind === "chat"
    ? null
    : {
        path: "/tokenize",
        body: { inputs: counted.text },
        read: (answer) => {
          if (!Array.isArray(answer)) return null;
          const [first] = answer as readonly unknown[];
          return Array.isArray(first) ? first.length : answer.length;
        },
      };

/** Kinds whose tokenizer can be asked. */
const TOKENIZERS: Partial<Readonly<Record<Kind, Ask>>> = {
  vllm: counting,
  sglang: counting,
  llamacpp,
  tgi: listing,
  tei: listing,
};

/** Null: a server of that kind cannot be asked this. */
export function tokenQuestion(kind: Kind, counted: Counted, model: string): TokenQuestion | null {
  return TOKENIZERS[kind]?.(counted, model) ?? null;
}

/** What a template adds to each message. */
const TOKENS_A_MESSAGE = 4;

/** What it may be, where nobody can be asked. Media count nothing: their tokens do not follow from their bytes. */
export function estimateTokens(counted: Counted, bytesPerToken: number): number {
  if (counted.kind === "text") return Math.ceil(Buffer.byteLength(counted.text) / bytesPerToken);
  const tools = counted.tools === undefined ? "" : JSON.stringify(counted.tools);
  const texts = counted.messages.flatMap(textsIn);
  const bytes = [tools, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.ceil(bytes / bytesPerToken) + counted.messages.length * TOKENS_A_MESSAGE;
}

function textsIn(message: unknown): readonly string[] {
  if (!isRecord(message)) return [];
  const { content, tool_calls: calls } = message;
  const parts = Array.isArray(content) ? (content as readonly unknown[]) : [{ text: content }];
  const texts = parts.flatMap((part) =>
    isRecord(part) && typeof part["text"] === "string" ? [part["text"]] : [],
  );
  return calls === undefined ? texts : [...texts, JSON.stringify(calls)];
}

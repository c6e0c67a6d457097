import { KINDS, type Kind } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { response } from "../../test/answers.ts";
import { readModels } from "../read/models.ts";
import { recogniseKind, SERVER_KINDS } from "./index.ts";

interface Server {
  readonly who: string;
  readonly kind: Kind;
  readonly cards: readonly object[];
  readonly headers?: Readonly<Record<string, string>>;
}

const created = 1_755_400_000;
const object = "model";

/** What the servers of each kind list. TEI lists nothing and is known by its /info. */
const SERVERS: readonly Server[] = [
  {
    who: "vLLM",
    kind: "vllm",
    cards: [
      {
        id: "m",
        object,
        created,
        owned_by: "vllm",
        root: "/m",
        parent: null,
        max_model_len: 8,
        permission: [{}],
      },
    ],
  },
  {
    who: "vLLM's Rust frontend",
    kind: "vllm",
    cards: [{ id: "m", object, created, owned_by: "vllm-frontend-rs", root: "/m", max_model_len: 8 }],
  },
  {
    who: "SGLang",
    kind: "sglang",
    cards: [{ id: "m", object, created, owned_by: "sglang", root: "m", max_model_len: 8 }],
  },
  {
    who: "llama.cpp",
    kind: "llamacpp",
    cards: [{ id: "m.gguf", object, created, owned_by: "llamacpp", meta: null }],
  },
  {
    who: "llama.cpp that says so in its headers alone",
    kind: "llamacpp",
    cards: [{ id: "m", object, created, owned_by: "somebody" }],
    headers: { server: "llama.cpp" },
  },
  { who: "Ollama", kind: "ollama", cards: [{ id: "llama3.2:3b", object, created, owned_by: "library" }] },
  {
    who: "Ollama with a model of somebody's own first",
    kind: "ollama",
    cards: [
      { id: "me/m:latest", object, created, owned_by: "me" },
      { id: "llama3.2:3b", object, created, owned_by: "library" },
    ],
  },
  { who: "TGI", kind: "tgi", cards: [{ id: "org/m", object, created: 0, owned_by: "org/m" }] },
  {
    who: "LMDeploy",
    kind: "lmdeploy",
    cards: [{ id: "m", object, created, owned_by: "lmdeploy", root: "m", parent: null, permission: [{}] }],
  },
  {
    who: "TensorRT-LLM",
    kind: "tensorrt",
    cards: [{ id: "engine", object, created, owned_by: "tensorrt_llm" }],
  },
  {
    who: "LM Studio",
    kind: "lmstudio",
    cards: [
      { id: "a", object, owned_by: "organization_owner" },
      { id: "b", object, owned_by: "organization_owner" },
    ],
  },
  {
    who: "LocalAI",
    kind: "localai",
    cards: [
      { id: "a", object },
      { id: "b", object },
    ],
  },
  { who: "somebody else", kind: "generic", cards: [{ id: "m", object, created, owned_by: "acme" }] },
  {
    who: "somebody who owns a model by its name, made at some time",
    kind: "generic",
    cards: [{ id: "m", object, created, owned_by: "m" }],
  },
  {
    who: "somebody with one card that says nothing among others",
    kind: "generic",
    cards: [
      { id: "m", object },
      { id: "n", object, created, owned_by: "acme" },
    ],
  },
];

describe("a model list", () => {
  it.each(SERVERS)("of $who is $kind", ({ cards, kind, headers = {} }) => {
    const answer = response(200, { object: "list", data: cards }, headers);
    const reading = readModels(answer);
    if (reading.kind !== "models") throw new Error(reading.detail);
    expect(recogniseKind({ cards: reading.cards, headers: answer.headers })).toBe(kind);
  });

  it("is there of every kind but TEI, which has none", () => {
    const seen = new Set<Kind>(SERVERS.map(({ kind }) => kind));
    expect(KINDS.filter((kind) => !seen.has(kind))).toEqual(["tei"]);
  });
});

/** What stands in the columns that only some kinds fill. */
const COLUMNS: Readonly<Record<Kind, readonly (string | null)[]>> = {
  vllm: ["/health", "/version", null, null],
  sglang: ["/health", null, null, null],
  llamacpp: ["/health", null, "/props /metrics", null],
  ollama: [null, "/api/version", null, null],
  tgi: ["/health", null, "/info", null],
  tei: ["/health", null, null, "/info"],
  lmdeploy: ["/health", null, null, null],
  tensorrt: ["/health", null, null, null],
  lmstudio: [null, null, null, null],
  localai: ["/readyz", null, null, null],
  generic: ["/health", null, null, null],
};

it.each(KINDS)("where %s tells health, version, whether it takes the key, and its models", (kind) => {
  const { health, versionPath, keyPaths, ownList } = SERVER_KINDS[kind];
  expect([health?.path ?? null, versionPath, keyPaths.join(" ") || null, ownList?.path ?? null]).toEqual(
    COLUMNS[kind],
  );
});

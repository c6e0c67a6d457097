import { type Call, identity, type Route, seconds } from "../../vllm/call.ts";
import { sendModels } from "../../vllm/send-models.ts";

/** What a model of this size was trained with at least. */
const N_CTX_TRAIN = 32_768;

/** GET /v1/models: one model, under all its aliases. */
export function models(call: Call): ReturnType<Route> {
  const { names } = identity(call);
  const [id = ""] = names;
  const { engine, now, settings } = call.backend;
  const meta = engine.stage === "serving" ? metaOf(settings.maxModelLen) : null;
  const created = seconds(now());
  const card = { id, aliases: names, tags: [], object: "model", created, owned_by: "llamacpp", meta };
  return sendModels(call, { models: [ollamaModel(id)], object: "list", data: [card] });
}

/** `n_ctx` is what the server was started with; what the model could do is `n_ctx_train`. */
function metaOf(maxModelLen: number): object {
  return {
    vocab_type: 2,
    n_vocab: 151_936,
    n_ctx: maxModelLen,
    n_ctx_train: Math.max(N_CTX_TRAIN, maxModelLen),
    n_embd: 4096,
    n_params: 8_190_735_360,
    size: 5_021_769_728,
    ftype: "Q4_K - Medium",
  };
}

/** The same model once more, for Ollama's clients. */
function ollamaModel(name: string): object {
  return {
    name,
    model: name,
    modified_at: "",
    size: "",
    digest: "",
    type: "model",
    description: "",
    tags: [""],
    capabilities: ["completion"],
    parameters: "",
    details: {
      parent_model: "",
      format: "gguf",
      family: "",
      families: [""],
      parameter_size: "",
      quantization_level: "",
    },
  };
}

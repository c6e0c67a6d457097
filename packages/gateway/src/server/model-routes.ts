import type { Context, Hono } from "hono";
import { unknownModel } from "../pipeline/route.ts";
import type { Services } from "../main/services.ts";
import { answer, reject } from "./answers.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { KnownModels, type KnownModel } from "./known-models.ts";
import { anthropicModelCard, anthropicPage, modelCard } from "./model-cards.ts";
import { modelGroupInfo, modelInfo } from "./model-info.ts";

const LISTS = ["/v1/models", "/models", "/openai/v1/models", "/anthropic/v1/models"];
const INFOS = ["/v1/model/info", "/model/info"];
const GROUP_INFO = "/model_group/info";

/** What may be called, as OpenAI, Anthropic and LiteLLM tell it. No host and no served name is in any of it. */
export function addModelRoutes(app: Hono<GatewayEnv>, services: Services): void {
  const known = (c: Context<GatewayEnv>) =>
    new KnownModels(services.state.get(), services.feed.snapshot, c.get("permit"));
  for (const path of LISTS) {
    app.get(path, (c) => list(c, known(c).listed()));
    // Aliases may hold slashes.
    app.get(`${path}/:id{.+}`, (c) => {
      const id = c.req.param("id");
      const model = known(c).find(id);
      if (model === null) return unknown(c, services, id);
      return answer(c, isAnthropic(c) ? anthropicModelCard(model) : modelCard(model));
    });
  }
  for (const path of INFOS) app.get(path, (c) => info(c, known(c).listed()));
  app.get(GROUP_INFO, (c) => {
    const name = c.req.query("model_group");
    if (name === undefined) return answer(c, { data: known(c).listed().map(modelGroupInfo) });
    const model = known(c).find(name);
    return model === null ? unknown(c, services, name) : answer(c, { data: [modelGroupInfo(model)] });
  });
  for (const path of [...LISTS, ...INFOS, GROUP_INFO])
    app.all(path, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "GET" }));
}

/** Anthropic's clients send it with everything. */
function isAnthropic(c: Context<GatewayEnv>): boolean {
  return c.req.header("anthropic-version") !== undefined;
}

function list(c: Context<GatewayEnv>, models: readonly KnownModel[]): Response {
  if (!isAnthropic(c)) return answer(c, { object: "list", data: models.map(modelCard) });
  const { limit, after_id, before_id } = c.req.query();
  const page = anthropicPage(models, { limit, after_id, before_id });
  return "kind" in page ? reject(c, page) : answer(c, page);
}

function info(c: Context<GatewayEnv>, models: readonly KnownModel[]): Response {
  const id = c.req.query("litellm_model_id");
  const data = models.flatMap(modelInfo);
  if (id === undefined) return answer(c, { data });
  const found = data.filter(({ model_info }) => model_info["id"] === id);
  const expected = "the id of a deployment";
  return found.length === 0
    ? reject(c, { kind: "invalid_parameter", name: "litellm_model_id", found: JSON.stringify(id), expected })
    : answer(c, { data: found.slice(0, 1) });
}

function unknown(c: Context<GatewayEnv>, { state }: Services, model: string): Response {
  return reject(c, unknownModel(state.get(), model, c.get("permit")));
}

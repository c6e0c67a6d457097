import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { LITELLM_ENVIRONMENT, LITELLM_PEER, LITELLM_PROGRAM } from "../../peers/litellm.ts";
import { aliasOf, servedName } from "../names.ts";
import { firstUrl } from "./first-url.ts";
import type { System } from "./system.ts";

const KEY = "sk-bench";

export const LITELLM: System = {
  ...LITELLM_PEER,
  part: "basic",
  share: 0.05,
  setup: "one worker, master key, no database, no callbacks",
  start: async ({ backend, directory }) => {
    const port = await freePort();
    const file = path.join(directory, "litellm.yaml");
    const params = `model: openai/${servedName(0)}, api_base: "${firstUrl(backend)}/v1", api_key: key-0`;
    writeFileSync(
      file,
      `model_list:
  - { model_name: ${aliasOf(0)}, litellm_params: { ${params} } }
general_settings: { master_key: ${KEY} }
`,
    );
    const args = ["--config", file, "--host", "127.0.0.1", "--port", String(port), "--telemetry", "False"];
    const env = { ...LITELLM_ENVIRONMENT, LITELLM_LOG: "ERROR" };
    const child = new Child(LITELLM_PROGRAM, args, { env, cwd: directory });
    return {
      url: `http://127.0.0.1:${port}`,
      headers: { authorization: `Bearer ${KEY}` },
      pids: [child.pid],
      stop: async () => void (await child.stop()),
    };
  },
};

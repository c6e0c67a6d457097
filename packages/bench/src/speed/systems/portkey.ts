import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { PORTKEY_MAIN, PORTKEY_PEER } from "../../peers/portkey.ts";
import { firstUrl } from "./first-url.ts";
import type { System } from "./system.ts";

export const PORTKEY: System = {
  ...PORTKEY_PEER,
  part: "basic",
  share: 0.2,
  warmCpuSeconds: 2,
  setup: "one target with custom_host, in the request's config header",
  start: async ({ backend }) => {
    const port = await freePort();
    const child = new Child(process.execPath, [PORTKEY_MAIN, "--headless", `--port=${port}`]);
    const config = { provider: "openai", api_key: "key-0", custom_host: `${firstUrl(backend)}/v1` };
    return {
      url: `http://127.0.0.1:${port}`,
      headers: { authorization: "Bearer sk-bench", "x-portkey-config": JSON.stringify(config) },
      pids: [child.pid],
      stop: async () => void (await child.stop()),
    };
  },
};

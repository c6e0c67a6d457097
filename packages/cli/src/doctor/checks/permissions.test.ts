import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig, Secrets } from "@rollcall/runtime";
import { expect, onTestFinished, test } from "vitest";
import type { Site } from "../site.ts";
import { permissionsCheck } from "./permissions.ts";

test("every file with a key is looked at: of backends, traces and credentials, and keys of certificates", async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-permissions-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const at = (name: string) => path.join(directory, name);
  mkdirSync(at("credentials"));
  const files = ["backend-key", "trace-key", "credentials/master", "client.pem"];
  for (const name of files) writeFileSync(at(name), "-----BEGIN secret-of-a-test\n");
  writeFileSync(
    at("config.yaml"),
    `model_list:
  - model_name: chat
    litellm_params:
      model: openai/m
      api_base: https://127.0.0.1:9
      api_key: file/backend-key
      client_cert: ${at("certificate.pem")}
      client_key: ${at("client.pem")}
general_settings: {master_key: file/$CREDENTIALS_DIRECTORY/master}
rollcall: {traces: {endpoint: "http://127.0.0.1:9", headers: {x-key: file/trace-key}}}
`,
  );
  const env = { CREDENTIALS_DIRECTORY: at("credentials") };
  const { config } = loadConfig(at("config.yaml"), env, { inContainer: false });
  if (config === null) throw new Error("no config");
  const secrets = Secrets.read(config, { env, directory });
  const site = { configFile: at("config.yaml"), config, env, secrets, inContainer: false, processes: [] };
  const facts = await permissionsCheck.gather(site as unknown as Site);
  const withKeys = facts.files.filter(({ holdsKeys }) => holdsKeys).map((file) => file.path);
  expect(withKeys.toSorted()).toEqual(files.map(at).toSorted());
});

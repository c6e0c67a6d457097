import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "./log.ts";
import { FileSettings } from "./settings.ts";

const CONFIG = `model_list:
  - model_name: chat
    litellm_params: {model: openai/m, api_base: "http://host:8000", api_key: os.environ/KEY}
general_settings: {master_key: os.environ/MASTER}
rollcall: {env_file: keys.env}
`;

describe("rollcall.env_file", () => {
  let directory: string;
  const at = (name: string) => path.join(directory, name);
  const open = (env: Record<string, string> = {}) =>
    new FileSettings({ file: at("config.yaml"), env, daemon: "gateway", log: silentLog }, 0);
  const keyIn = (source: FileSettings) => {
    const { config, secrets } = source.cell.get();
    return secrets.value(config.deployments[0]?.backend.apiKey ?? { from: "none" });
  };

  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-env-"));
    writeFileSync(at("config.yaml"), CONFIG);
    writeFileSync(at("keys.env"), "KEY=one\nMASTER='sk-1'\n# a comment\n");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("gives the values of environment references, before the process's own", () => {
    expect(keyIn(open({ KEY: "inherited" }))).toBe("one");
  });

  it("is followed: a rotated key is another generation", () => {
    const source = open();
    writeFileSync(at("keys.env"), "KEY=two\nMASTER=sk-1\n");
    expect(source.reload(1)).toBe(true);
    expect(keyIn(source)).toBe("two");
    expect(source.cell.get().generation).toBe(2);
  });

  it("that is gone changes nothing but the fault", () => {
    const source = open();
    rmSync(at("keys.env"));
    expect(source.reload(1)).toBe(false);
    expect(source.status.get().fault?.detail).toMatch(
      /keys\.env \(rollcall\.env_file in .*\): there is no such file/,
    );
    expect(keyIn(source)).toBe("one");
  });
});

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine, runCommandLine } from "./cli.mjs";
import * as with_ from "./features.mjs";

const home = path.join(process.env.HOME, ".codex");
mkdirSync(home, { recursive: true });
writeFileSync(
  path.join(home, "config.toml"),
  `model_provider = "rollcall"

[model_providers.rollcall]
name = "Rollcall"
base_url = "${with_.URL_OF_GATEWAY}/v1"
env_key = "ROLLCALL_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`,
);

const ask = (model = "chat", key = with_.KEY) =>
  runCommandLine(
    commandLine(".bin/codex"),
    ["exec", "--skip-git-repo-check", "--sandbox", "read-only", "--json", "--model", model, with_.QUESTION],
    { CODEX_HOME: home, ROLLCALL_KEY: key },
  );
const itemsOf = (out) =>
  out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

await with_.tryFeatures({
  "responses-agent": async () => {
    // The first tool that it offers is called, with made-up arguments; it says what became of it and is answered in words.
    const { code, out, err } = await ask();
    assert.equal(code, 0, out + err);
    const said = itemsOf(out).filter(({ item }) => item?.type === "agent_message");
    assert.ok(said.at(-1)?.item.text.length > 0, out);
  },
  "wrong-key": async () => {
    const { code, out, err } = await ask("chat", with_.WRONG_KEY);
    assert.notEqual(code, 0);
    assert.match(out + err, /401/);
  },
  "unknown-model": async () => {
    const { code, out, err } = await ask("chta");
    assert.notEqual(code, 0);
    assert.match(out + err, /chta/);
  },
});

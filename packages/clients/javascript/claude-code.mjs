import assert from "node:assert/strict";
import { commandLine, runCommandLine } from "./cli.mjs";
import * as with_ from "./features.mjs";

// Its own launcher is put in place by an install script, which is not run here.
const PROGRAM = `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`;
const ask = (rest = [], env = {}) =>
  runCommandLine(commandLine(PROGRAM), ["-p", with_.QUESTION, "--output-format", "json", ...rest], {
    ANTHROPIC_BASE_URL: with_.URL_OF_GATEWAY,
    ANTHROPIC_AUTH_TOKEN: with_.KEY,
    ANTHROPIC_MODEL: "chat",
    ANTHROPIC_SMALL_FAST_MODEL: "chat",
    ANTHROPIC_DEFAULT_HAIKU_MODEL: "chat",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "64",
    CLAUDE_CODE_MAX_RETRIES: "0",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    ...env,
  });

await with_.tryFeatures({
  "messages-stream": async () => {
    const { code, out, err } = await ask(["--tools", ""]);
    assert.equal(code, 0, out + err);
    const { is_error: failed, result } = JSON.parse(out);
    assert.ok(!failed && result.length > 0, out);
  },
  "messages-agent": async () => {
    // The first tool that it offers is called, with made-up input; it says what became of it and is answered in words.
    const { code, out, err } = await ask(["--tools", "Read"]);
    assert.equal(code, 0, out + err);
    const { is_error: failed, result, num_turns: turns } = JSON.parse(out);
    assert.ok(!failed && result.length > 0 && turns === 2, out);
  },
  "wrong-key": async () => {
    const { out } = await ask([], { ANTHROPIC_AUTH_TOKEN: with_.WRONG_KEY });
    assert.match(out, /401|not valid|authenticat/i);
  },
  "unknown-model": async () => {
    const { out } = await ask([], { ANTHROPIC_MODEL: "chta" });
    assert.match(out, /model/i);
    assert.match(out, /chta/);
  },
});

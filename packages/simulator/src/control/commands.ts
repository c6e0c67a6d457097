import type { Control } from "../control.ts";
import { FAULT_NAMES } from "../faults/catalogue.ts";
import { LOAD_AS, TERMINATE_AS } from "../life.ts";
import { ERROR_BODIES } from "../vllm/error-body.ts";
import { METRICS_STYLES } from "../vllm/metrics-page/metrics-style.ts";
import { AMOUNT, COUNT, FILE, type Input, NAMES, NUMBER, oneOf, orNull, STRING, STRINGS } from "./input.ts";

/** A switch as it is reached over HTTP. Nothing is switched until the whole input is known to be good. */
export interface Command {
  /** An example of the body. */
  readonly body: string;
  read(input: Input): (control: Control) => void | Promise<void>;
}

function command(body: string, read: Command["read"]): Command {
  return { body, read };
}

/** By path. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  "/rename": command('{"names":["gpt-oss-120b"]}', (input) => {
    const names = input.take("names", NAMES);
    return (control) => control.rename(names);
  }),
  "/loras": command('{"names":["my-adapter"]}', (input) => {
    const names = input.take("names", STRINGS);
    return (control) => control.setLoras(names);
  }),
  "/unload-adapter": command('{"name":"my-adapter"}', (input) => {
    const name = input.take("name", STRING);
    return (control) => control.unloadAdapter(name);
  }),
  "/root": command('{"root":"/models/other"}', (input) => {
    const root = input.take("root", STRING);
    return (control) => control.setRoot(root);
  }),
  "/max-model-len": command('{"tokens":32768}', (input) => {
    const tokens = input.take("tokens", COUNT);
    return (control) => control.setMaxModelLen(tokens);
  }),
  "/version": command('{"version":"0.27.0"}', (input) => {
    const version = input.take("version", STRING);
    return (control) => control.setVersion(version);
  }),
  "/without": command('{"paths":["/v1/embeddings"]}', (input) => {
    const paths = input.take("paths", STRINGS);
    return (control) => control.setWithout(paths);
  }),
  "/keys": command('{"keys":["k1"]}', (input) => {
    const keys = input.take("keys", STRINGS);
    return (control) => control.setKeys(keys);
  }),
  "/speed": command('{"tokensPerSecond":50,"firstTokenMs":200}', (input) => {
    const speed = { ...input.maybe("tokensPerSecond", AMOUNT), ...input.maybe("firstTokenMs", AMOUNT) };
    return (control) => control.setSpeed(speed);
  }),
  "/error-bodies": command('{"style":"flat"}', (input) => {
    const style = input.take("style", oneOf(ERROR_BODIES));
    return (control) => control.setErrorBodies(style);
  }),
  "/metrics-style": command('{"style":"data-parallel"}', (input) => {
    const style = input.take("style", oneOf(METRICS_STYLES));
    return (control) => control.setMetricsStyle(style);
  }),
  "/clock": command('{"offsetMs":-90000}', (input) => {
    const offset = input.take("offsetMs", NUMBER);
    return (control) => control.setClock(offset);
  }),
  "/load": command('{"ms":10000,"as":"starting"}', (input) => {
    const ms = input.take("ms", AMOUNT);
    const options = input.maybe("as", oneOf(LOAD_AS));
    return (control) => control.load(ms, options);
  }),
  "/restart": command("{}", () => (control) => control.restart()),
  "/kill": command("{}", () => (control) => control.kill()),
  "/refuse": command("{}", () => (control) => control.refuse()),
  "/terminate": command('{"as":"silent","refuseAfterMs":250,"silentMs":60000}', (input) => {
    const options = {
      ...input.maybe("as", oneOf(TERMINATE_AS)),
      ...input.maybe("refuseAfterMs", AMOUNT),
      ...input.maybe("silentMs", AMOUNT),
    };
    return (control) => control.terminate(options);
  }),
  "/crash-engine": command('{"refuseAfterMs":300}', (input) => {
    const options = input.maybe("refuseAfterMs", AMOUNT);
    return (control) => control.crashEngine(options);
  }),
  "/start": command("{}", () => (control) => control.start()),
  "/reset": command("{}", () => (control) => control.reset()),
  "/replay": command('{"path":"/v1/chat/completions","file":"chat.http","count":1}', (input) => {
    const path = input.take("path", STRING);
    const file = input.take("file", orNull(FILE));
    const options = {
      ...input.maybe("status", COUNT),
      ...input.maybe("bytesPerWrite", COUNT),
      ...input.maybe("count", COUNT),
    };
    return (control) => control.replay(path, file, options);
  }),
  "/fault": command('{"name":"hang","count":1}', (input) => {
    const name = input.take("name", orNull(oneOf(FAULT_NAMES)));
    const options = {
      ...input.maybe("count", COUNT),
      ...input.maybe("after", AMOUNT),
      ...input.maybe("location", STRING),
      ...input.maybe("names", NAMES),
      ...input.maybe("retryAfter", AMOUNT),
      ...input.maybe("tokens", COUNT),
    };
    return (control) => control.fault(name, options);
  }),
};

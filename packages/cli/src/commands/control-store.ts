import { readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import type { Command } from "commander";
import type { Config } from "@rollcall/contract";
import {
  controlFiles,
  EXIT,
  loadConfig,
  resolveSecret,
  StartError,
  type ControlFiles,
} from "@rollcall/runtime";
import { findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import type { Terminal } from "../terminal.ts";

const COMMANDS = {
  backup: "Write a copy of all virtual keys to a new file, while control runs.",
  restore: "Go on with the virtual keys of a backup, while control runs.",
} as const;

const DONE = { backup: "written to", restore: "restored from" } as const;

/** `rollcall control backup` and `restore`: of a control on this host, by its socket. */
export function addControlStore(control: Command, { terminal, finish }: CommandContext): void {
  for (const name of ["backup", "restore"] as const)
    control
      .command(name)
      .description(COMMANDS[name])
      .argument("<file>")
      .option("-c, --config <file>", "the config that control runs with, before or after this command")
      .action(async (file: string, _options: object, command: Command) => {
        const { config } = command.optsWithGlobals<{ readonly config?: string }>();
        const whole = path.resolve(file);
        const fault = await askControl(
          findConfig(config, terminal.env),
          `/store/${name}?file=${encodeURIComponent(whole)}`,
          terminal,
        );
        if (fault === null) terminal.out(`virtual keys ${DONE[name]} ${whole}\n`);
        else terminal.err(`${name}: ${fault}\n`);
        finish(fault === null ? EXIT.ok : EXIT.failed);
      });
}

/** Null where it was done, or why it was not. */
async function askControl(configFile: string, target: string, { env }: Terminal): Promise<string | null> {
  const { config } = loadConfig(configFile, env, { inContainer: false });
  if (config === null)
    throw new StartError(`${configFile} cannot be used: rollcall check says why`, EXIT.usage);
  const files = controlFiles(config, configFile, env);
  const token = tokenOf(config, { configFile, env, files });
  return new Promise((resolve) => {
    const asked = request(
      {
        socketPath: files.socket,
        path: target,
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve(response.statusCode === 200 ? null : faultIn(text)));
      },
    );
    asked.once("error", () => resolve(`no control listens on ${files.socket}: start it, as the same user`));
    asked.end();
  });
}

interface Place {
  readonly configFile: string;
  readonly env: Terminal["env"];
  readonly files: ControlFiles;
}

/** As gateways find it. Empty where it cannot be read: control then says that it is needed. */
function tokenOf({ control, environment }: Config, { configFile, env, files }: Place): string {
  if (control.token !== null) {
    const directory = path.dirname(path.resolve(configFile));
    const found = resolveSecret(control.token, { env: { ...env, ...environment }, directory });
    return found.ok ? (found.value ?? "") : "";
  }
  try {
    return readFileSync(files.token, "utf8").trim();
  } catch {
    return "";
  }
}

function faultIn(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly error: unknown }).error);
  } catch {
    return "control's answer cannot be read";
  }
}

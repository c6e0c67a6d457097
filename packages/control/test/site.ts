import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import os from "node:os";
import path from "node:path";
import { controlFiles, type ControlFiles } from "@rollcall/runtime";
import { onTestFinished } from "vitest";
import { startControl, type RunningControl } from "../src/index.ts";
import { readConfig, writeConfig } from "./config.ts";

/** A directory with a config, and all that control keeps beside it. */
export interface Site {
  readonly directory: string;
  readonly configFile: string;
  readonly files: ControlFiles;
}

export function makeSite(rollcall: object = {}): Site {
  const directory = mkdtempSync(path.join(os.tmpdir(), "control-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const configFile = path.join(directory, "config.yaml");
  const written = { state: { file: "state/snapshot.json" }, control: { port: 0 }, ...rollcall };
  writeFileSync(configFile, writeConfig(written));
  return { directory, configFile, files: controlFiles(readConfig(written), configFile, {}) };
}

/** Control in this process. */
export async function runningControl({ configFile }: Site): Promise<RunningControl> {
  const running = await startControl({ configFile, env: {}, port: 0, logLevel: "silent" });
  let ended: Promise<number> | null = null;
  const once = () => (ended ??= running.stop());
  onTestFinished(() => void once());
  return { ...running, stop: once };
}

export function controlToken({ files }: Site): string {
  return readFileSync(files.token, "utf8").trim();
}

export interface SocketReply {
  readonly status: number;
  readonly text: string;
}

/** Asks on the socket. */
export function askSocket(
  { files }: Site,
  {
    method = "GET",
    target,
    token,
  }: { readonly method?: string; readonly target: string; readonly token: string | null },
): Promise<SocketReply> {
  return new Promise((resolve, reject) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const asked = request({ socketPath: files.socket, path: target, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

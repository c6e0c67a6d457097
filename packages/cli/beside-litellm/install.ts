import path from "node:path";
import { installPython, missingPython, pythonIn } from "@rollcall/testkit";
import type { TestProject } from "vitest/node";

const VENV = path.join(import.meta.dirname, ".venv");

declare module "vitest" {
  interface ProvidedContext {
    /** Why LiteLLM is not there; empty where it is. */
    absent: string;
  }
}

/** For vitest's `globalSetup`: LiteLLM from PyPI, where its lock has changed since; says why, where that cannot be. */
export async function setup({ provide }: TestProject): Promise<void> {
  const lock = path.join(import.meta.dirname, "requirements.txt");
  const absent = (await missingPython()) ?? (await installPython(VENV, lock));
  if (absent !== undefined) process.stdout.write(`skipped: LiteLLM is not installed: ${absent}\n`);
  provide("absent", absent ?? "");
}

export const PYTHON = pythonIn(VENV);
export const LITELLM = path.join(VENV, "bin/litellm");

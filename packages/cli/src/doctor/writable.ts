import { accessSync, constants } from "node:fs";
import { printFileError } from "@rollcall/runtime";

/** Why this user cannot make files in a directory, in words; null where they can. */
export function whyNotWritable(directory: string): string | null {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return printFileError(error);
  }
}

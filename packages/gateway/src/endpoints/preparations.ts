import type { Preparation } from "../pipeline/prepare.ts";

/** By the endpoint's name. Where none stands here the body goes on as it came but for the name. */
export const PREPARATIONS: ReadonlyMap<string, Preparation> = new Map();

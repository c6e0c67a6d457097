import type { Feature } from "./features.ts";

/** What a test of the lane leaves for the page. */
export interface Tried {
  readonly client: string;
  readonly language: string;
  /** `openai 7.57.0`; empty where it was not installed. */
  readonly versions: string;
  readonly feature: Feature;
  /** Why it has to fail, where it has. */
  readonly fails?: string;
}

declare module "vitest" {
  interface TaskMeta {
    tried?: Tried;
  }
}

export function noteTried({ meta }: { readonly meta: { tried?: Tried } }, tried: Tried): void {
  meta.tried = tried;
}

export function triedBy(one: { meta(): { tried?: Tried } }): Tried | undefined {
  return one.meta().tried;
}

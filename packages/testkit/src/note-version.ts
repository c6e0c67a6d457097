/** Name → version. */
export type Versions = Readonly<Record<string, string>>;

declare module "vitest" {
  interface TaskMeta {
    versions?: Versions;
  }
}

/** For the page of runs: what a test found itself running with. The tested-reporter collects it. */
export function noteVersion(
  { meta }: { readonly meta: { versions?: Versions } },
  [name, version]: readonly [name: string, version: string],
): void {
  meta.versions = { ...meta.versions, [name]: version };
}

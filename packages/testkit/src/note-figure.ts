/** What was measured → the figure, in words. */
export type Figures = Readonly<Record<string, string>>;

declare module "vitest" {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** For the page of runs: what a test measured. The tested-reporter collects it. */
export function noteFigure(
  { meta }: { readonly meta: { figures?: Figures } },
  [what, figure]: readonly [what: string, figure: string],
): void {
  meta.figures = { ...meta.figures, [what]: figure };
}

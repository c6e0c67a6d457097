/** What a list of models is held against. */
export interface NamedModel {
  /** As the app has it, and the alias that it means: either may be listed. */
  readonly name: string;
  readonly alias: string;
  /** LiteLLM's access groups of its deployments. */
  readonly groups: ReadonlySet<string>;
}

/** LiteLLM's words for "no list of its own". */
const WHOLE = new Set(["*", "all-proxy-models", "all-team-models"]);

/** The `models` of a key, a team or a user: names, patterns (`qwen/*`), access groups and LiteLLM's words. */
export class ModelList {
  readonly #isWhole: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];

  /** An empty list leaves nothing out. */
  constructor(models: readonly string[]) {
    this.#isWhole = models.length === 0 || models.some((one) => WHOLE.has(one));
    this.#names = new Set(models);
    this.#patterns = models.filter((one) => one.includes("*")).map(toPattern);
  }

  allows({ name, alias, groups }: NamedModel): boolean {
    const { size } = groups;
    if (this.#isWhole || this.#names.has(name) || this.#names.has(alias)) return true;
    if (size > 0 && [...groups].some((group) => this.#names.has(group))) return true;
    return this.#patterns.some((pattern) => pattern.test(name) || pattern.test(alias));
  }
}

/** A star stands for any characters, slashes too. */
function toPattern(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[^]*")}$`);
}

/** Pieces that the schema of the config is made of. */

export const text = (description: string) => ({ type: "string", description });
export const seconds = (description: string) => ({
  type: "number",
  exclusiveMinimum: 0,
  description: `${description} Seconds.`,
});
export const count = (description: string, minimum = 0) => ({ type: "integer", minimum, description });
export const port = (fallback: number, who: string) => ({
  type: "integer",
  minimum: 0,
  maximum: 65_535,
  default: fallback,
  description: `Port of the ${who}; 0 takes any free one.`,
});
export const duration = (ms: number, description: string) => ({
  type: ["string", "number"],
  default: ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`,
  description: `${description} A duration such as 500ms, 2s, 10m; a bare number is seconds.`,
});
export const flag = (description: string) => ({ type: "boolean", description });
export const texts = { type: "array", items: { type: "string" } };

/** Pieces that the schema of the config is made of. */

export const text = (description: string) => ({ type: "string", description });
export const seconds = (description: string) => ({
  type: "number",
  exclusiveMinimum: 0,
  description: `${description} Seconds.`,
});
export const count = (description: string, minimum = 0) => ({ type: "integer", minimum, description });
export const flag = (description: string) => ({ type: "boolean", description });
export const verifyTls = {
  type: ["boolean", "string"],
  description: "Path of a PEM file of authorities to trust; false takes any certificate.",
};
export const texts = { type: "array", items: { type: "string" } };

import { tokenize } from "./prompt.ts";

/** A function that the answer is to call, as its request describes it. */
export interface PlannedCall {
  readonly name: string;
  /** JSON, in pieces of a token each. */
  readonly pieces: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const VALUES: Readonly<Record<string, unknown>> = {
  string: "made up",
  number: 1,
  integer: 1,
  boolean: true,
  array: [],
  object: {},
};

/** The tool that is called: the one that `tool_choice` names, else the first. A tool's answer is answered in words. */
export function plannedCall(body: Fields): PlannedCall | undefined {
  const tools = Array.isArray(body["tools"])
    ? body["tools"].map((tool) => fields(fields(tool)["function"]))
    : [];
  if (body["tool_choice"] === "none" || lastRole(body["messages"]) === "tool") return undefined;
  const wanted = fields(fields(body["tool_choice"])["function"])["name"];
  const tool = tools.find(({ name }) => wanted === undefined || name === wanted);
  if (tool === undefined || typeof tool["name"] !== "string") return undefined;
  return { name: tool["name"], pieces: tokenize(JSON.stringify(argumentsFor(fields(tool["parameters"])))) };
}

/** What the model writes, before it is read as a call; that is all there is when it is cut short. */
export function rawCall({ name, pieces }: PlannedCall): string[] {
  const head = `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `;
  return tokenize(`${head}${pieces.join("")}}\n</tool_call>`);
}

function argumentsFor(schema: Fields): object {
  const properties = Object.entries(fields(schema["properties"]));
  return Object.fromEntries(properties.map(([name, about]) => [name, VALUES[String(fields(about)["type"])]]));
}

function lastRole(messages: unknown): unknown {
  return Array.isArray(messages) ? fields(messages.at(-1))["role"] : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

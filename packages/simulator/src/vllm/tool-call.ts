import { fields, type Fields } from "./fields.ts";
import { tokenize } from "./prompt.ts";
import { sampleValue } from "./sample-value.ts";

/** A function that the answer is to call, as its request describes it. */
export interface PlannedCall {
  readonly name: string;
  /** JSON, in pieces of a token each. */
  readonly pieces: readonly string[];
}

/**
 * The tool that is called: the one that `tool_choice` names, else the first that is described. A tool's answer is
 * answered in words. Chat has a tool in `function`, Responses and Messages have it bare.
 */
export function plannedCall(body: Fields): PlannedCall | undefined {
  const choice = fields(body["tool_choice"]);
  if (body["tool_choice"] === "none" || choice["type"] === "none" || answersTool(body)) return undefined;
  const tools = Array.isArray(body["tools"]) ? body["tools"].map(described) : [];
  const wanted = described(choice)["name"];
  const tool = tools.find(({ name, schema }) =>
    wanted === undefined ? schema !== undefined : name === wanted,
  );
  if (tool === undefined || typeof tool["name"] !== "string") return undefined;
  const given = sampleValue({ type: "object", ...fields(tool["schema"]) });
  return { name: tool["name"], pieces: tokenize(JSON.stringify(given)) };
}

function described(tool: unknown): Fields {
  const { function: inner, ...bare } = fields(tool);
  const about = inner === undefined ? bare : { parameters: {}, ...fields(inner) };
  return { name: about["name"], schema: about["parameters"] ?? about["input_schema"] };
}

/** What the model writes, before it is read as a call; that is all there is when it is cut short. */
export function rawCall({ name, pieces }: PlannedCall): string[] {
  const head = `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `;
  return tokenize(`${head}${pieces.join("")}}\n</tool_call>`);
}

/** Whether the conversation ends with what a tool said, in any of the three shapes. */
function answersTool({ messages, input }: Fields): boolean {
  const last = lastOf(messages) ?? lastOf(input);
  if (last === undefined) return false;
  if (last["role"] === "tool" || last["type"] === "function_call_output") return true;
  const parts = last["content"];
  return Array.isArray(parts) && parts.some((part) => fields(part)["type"] === "tool_result");
}

function lastOf(list: unknown): Fields | undefined {
  return Array.isArray(list) && list.length > 0 ? fields(list.at(-1)) : undefined;
}

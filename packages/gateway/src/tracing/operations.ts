/** `gen_ai.operation.name` by the endpoint's name, where OpenTelemetry has a word for it; others are called as they are. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ["chat_completions", "chat"],
  ["completions", "text_completion"],
  ["embeddings", "embeddings"],
  ["messages", "chat"],
  ["responses", "chat"],
]);

export function operationOf(endpoint: string): string {
  return OPERATIONS.get(endpoint) ?? endpoint;
}

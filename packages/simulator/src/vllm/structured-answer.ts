import { fields, type Fields } from "./fields.ts";
import { tokenize } from "./prompt.ts";
import { sampleValue } from "./sample-value.ts";

/** The tokens of JSON that the request's schema allows; undefined where none is asked for. */
export function structuredAnswer(body: Fields): readonly string[] | undefined {
  const schema = wantedSchema(body);
  return schema && tokenize(JSON.stringify(sampleValue(schema) ?? {}));
}

/** Told no shape, a model goes on for a while. */
const ANY = { type: "object", properties: { answer: { const: "made up, ".repeat(30).trim() } } };

/** Chat has it in `response_format`, Responses in `text.format`, Messages in `output_config.format`; vLLM's own field is for all. */
function wantedSchema(body: Fields): Fields | undefined {
  const own = fields(body["structured_outputs"])["json"];
  if (own !== undefined) return fields(own);
  const format = [
    body["response_format"],
    fields(body["text"])["format"],
    fields(body["output_config"])["format"],
  ]
    .map(fields)
    .find(({ type }) => type === "json_schema" || type === "json_object");
  if (format === undefined) return undefined;
  return fields(fields(format["json_schema"])["schema"] ?? format["schema"] ?? ANY);
}

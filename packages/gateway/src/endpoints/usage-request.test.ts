import { expect, test } from "vitest";
import { applyEdits } from "../body/edits.ts";
import { readJsonFields } from "../body/json-fields.ts";
import { askingForUsage } from "./usage-request.ts";

test.for([
  ['{"model":"m","stream":true}', { include_usage: true }],
  [' { "model":"m","stream":true}', { include_usage: true }],
  ['{"model":"m","stream_options":null}', { include_usage: true }],
  ['{"model":"m","stream_options":{"include_usage":false}}', { include_usage: true }],
])("%s asks for it then, and is the same beside that", ([text, options]) => {
  const body = Buffer.from(text as string);
  const fields = readJsonFields(body);
  if (!fields.ok) throw new Error("not read");
  const asking = Buffer.concat(applyEdits(body, askingForUsage(body, fields.value)));
  expect(JSON.parse(String(asking))).toEqual({ ...JSON.parse(text as string), stream_options: options });
});

test.for([
  '{"model":"m","stream_options":{"include_usage":true}}',
  '{"model":"m","stream_options":{"include_usage":"yes"}}',
  '{"model":"m","stream_options":[]}',
  '{"model":"m","stream_options":7}',
  '{"model":"m","stream_options":{}}',
  '{"model":"m","stream_options":{"include_usage":null}}',
  '{"model":"m","stream_options":{"continuous_usage_stats":true}}',
  '{"model":"m","stream_options":{"include_usage":false,"continuous_usage_stats":true}}',
])("%s is left to the app and its server", (text) => {
  const body = Buffer.from(text);
  const fields = readJsonFields(body);
  expect(fields.ok && askingForUsage(body, fields.value)).toEqual([]);
});

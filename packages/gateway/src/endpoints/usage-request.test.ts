import { expect, test } from "vitest";
import { applyEdits } from "../body/edits.ts";
import { readJsonFields } from "../body/json-fields.ts";
import { askingForUsage } from "./usage-request.ts";

test.for([
  ['{"model":"m","stream":true}', { include_usage: true }],
  [' { "model":"m","stream":true}', { include_usage: true }],
  ['{"model":"m","stream_options":{},"stream":true}', { include_usage: true }],
  ['{"model":"m","stream_options":null}', { include_usage: true }],
  ['{"model":"m","stream_options":{"include_usage":false}}', { include_usage: true }],
  [
    '{"model":"m","stream_options":{"include_usage":null,"include_obfuscation":false}}',
    { include_usage: true, include_obfuscation: false },
  ],
  [
    '{"model":"m","stream_options":{"include_obfuscation":false}}',
    { include_usage: true, include_obfuscation: false },
  ],
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
])("%s is left to the app and its server", (text) => {
  const body = Buffer.from(text);
  const fields = readJsonFields(body);
  expect(fields.ok && askingForUsage(body, fields.value)).toEqual([]);
});

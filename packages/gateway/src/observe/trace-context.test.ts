import { expect, test } from "vitest";
import { readTraceparent } from "./trace-context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const read = { traceId: TRACE, parentId: SPAN, spanId: null };

test.for([
  [`00-${TRACE}-${SPAN}-01`, { ...read, sampled: true }],
  [`00-${TRACE}-${SPAN}-00`, { ...read, sampled: false }],
  [`00-${TRACE}-${SPAN}-03`, { ...read, sampled: true }],
  // A later version may have more behind it.
  [`cc-${TRACE}-${SPAN}-01-what-the-future-brings`, { ...read, sampled: true }],
  [`ff-${TRACE}-${SPAN}-01`, null],
  [`00-${"0".repeat(32)}-${SPAN}-01`, null],
  [`00-${TRACE}-${"0".repeat(16)}-01`, null],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, null],
  [`00-${TRACE}-${SPAN}-01x`, null],
  [`00-${TRACE}-${SPAN}`, null],
  ["", null],
  [undefined, null],
  [[`00-${TRACE}-${SPAN}-01`], null],
])("traceparent %j", ([header, context]) => {
  expect(readTraceparent(header as string | undefined)).toEqual(context);
});

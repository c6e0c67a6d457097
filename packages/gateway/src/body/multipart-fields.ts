import { isUtf8 } from "node:buffer";
import { err, ok, type Result } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import { parseHeaderValue } from "./header-value.ts";
import { NO_MODEL, type RequestFields } from "./json-fields.ts";
import { readParts, type Part } from "./multipart-parts.ts";

/** RFC 2046: 1 to 70 of these, the last no space. */
const BOUNDARY = /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/;

/** What pydantic takes for true in a form, which vLLM reads `stream` with. */
const TRUE = /^(true|t|yes|y|on|1)$/i;

/** No more of a content type is shown. */
const MAX_SHOWN = 40;

/**
 * Finds the fields `model` and `stream` of a multipart/form-data body, before or behind its files. Of `model` there has to
 * be one: of two, backends may take either.
 */
export function readMultipartFields(
  body: Buffer,
  contentType: string | undefined,
): Result<RequestFields, GatewayError> {
  const form = readForm(body, contentType);
  if (!form.ok) return form;
  const { model: part, stream } = form.value;
  if (part === null) return err({ kind: "model_missing", found: NO_MODEL });
  const model = readText(body, part);
  if (!model.ok) return err({ kind: "model_missing", found: model.error });
  const { start, end } = part;
  return ok({
    model: model.value,
    stream,
    name: { start, end, form: "text", sent: model.value },
    spans: {},
  });
}

/** The same where the path has named the model: a backend reads the name in the form, which may have none. */
export function readMultipartBeside(
  body: Buffer,
  contentType: string | undefined,
  model: string,
): Result<RequestFields, GatewayError> {
  const form = readForm(body, contentType);
  if (!form.ok) return form;
  const { boundary, model: part, stream } = form.value;
  if (part === null)
    return ok({ model, stream, name: { start: 0, end: 0, form: { part: boundary }, sent: null }, spans: {} });
  const { start, end } = part;
  return ok({ model, stream, name: { start, end, form: "text", sent: null }, spans: {} });
}

interface Form {
  readonly boundary: string;
  readonly model: Part | null;
  readonly stream: boolean;
}

function readForm(body: Buffer, contentType: string | undefined): Result<Form, GatewayError> {
  const boundary = boundaryIn(contentType);
  if (!boundary.ok) return err({ kind: "not_multipart", found: boundary.error });
  const parts = readParts(body, boundary.value);
  if (!parts.ok) return err({ kind: "not_multipart", found: parts.error });
  const [model = null, ...others] = parts.value.filter(({ name }) => name === "model");
  if (others.length > 0) return err({ kind: "not_multipart", found: "more than one field `model`" });
  return ok({ boundary: boundary.value, model, stream: readStream(body, parts.value) });
}

function boundaryIn(contentType: string | undefined): Result<string, string> {
  if (contentType === undefined) return err("no Content-Type");
  const type = parseHeaderValue(contentType);
  if (type?.value !== "multipart/form-data")
    return err(`the Content-Type ${JSON.stringify(contentType.slice(0, MAX_SHOWN))}`);
  // In another one, names of fields would be other bytes.
  if (!/^utf-?8$/i.test(type.parameters.get("charset") ?? "utf-8")) return err("a charset that is not UTF-8");
  const boundary = type.parameters.get("boundary");
  if (boundary === undefined) return err("a Content-Type without a boundary");
  return BOUNDARY.test(boundary) ? ok(boundary) : err("a boundary that is not valid");
}

function readText(body: Buffer, { isText, start, end }: Part): Result<string, string> {
  if (!isText) return err("a file or encoded text");
  if (start === end) return err('""');
  const bytes = body.subarray(start, end);
  return isUtf8(bytes) ? ok(bytes.toString("utf8")) : err("text that is not UTF-8");
}

/** Of several the last holds, as for every reader of forms that asks for one. */
function readStream(body: Buffer, parts: readonly Part[]): boolean {
  const part = parts.findLast(({ name, isText }) => isText && name === "stream");
  return (
    part !== undefined && TRUE.test(body.toString("latin1", part.start, Math.min(part.end, part.start + 8)))
  );
}

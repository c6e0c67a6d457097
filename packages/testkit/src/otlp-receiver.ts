import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type OtlpValue = string | number | boolean | readonly OtlpValue[] | undefined;

/** A span as it came. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for none. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** 2: of a server; 3: of a client. */
  readonly kind: number;
  /** Nanoseconds since the epoch. */
  readonly from: bigint;
  readonly to: bigint;
  readonly attributes: Readonly<Record<string, OtlpValue>>;
  readonly events: readonly ReceivedEvent[];
  /** 0: unset; 2: error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, OtlpValue>>;
}

export interface ReceivedEvent {
  readonly name: string;
  readonly at: bigint;
  readonly attributes: Readonly<Record<string, OtlpValue>>;
}

/** One export request. */
export interface ReceivedExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly spans: readonly ReceivedSpan[];
}

export interface OtlpReceiver {
  readonly url: string;
  readonly exports: readonly ReceivedExport[];
  readonly spans: readonly ReceivedSpan[];
  /** How it answers from now on: with a status, or not at all. */
  answer: number | "nothing";
  close(): Promise<void>;
}

/** Takes spans over OTLP/HTTP with protobuf, as a collector does: by the field numbers of opentelemetry-proto. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const exports: ReceivedExport[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      if (receiver.answer === "nothing") return;
      const { headers, url = "" } = request;
      if (receiver.answer === 200)
        exports.push({ path: url, headers, spans: readTraces(Buffer.concat(pieces)) });
      response.writeHead(receiver.answer, { "content-type": "application/x-protobuf" });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    get spans() {
      return exports.flatMap(({ spans }) => spans);
    },
    answer: 200,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return receiver;
}

type Field = Buffer | bigint;

/** A message's fields by number: bytes, or a varint or fixed number as its bits. */
function fieldsOf(message: Buffer): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) throw new Error("a message ends in a number");
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (bytes: number) => {
    if (at + bytes > message.length) throw new Error("a message ends in a field");
    at += bytes;
    return message.subarray(at - bytes, at);
  };
  const read = (wire: number): Field => {
    if (wire === 0) return varint();
    if (wire === 1) return take(8).readBigUInt64LE();
    if (wire === 2) return take(Number(varint()));
    if (wire === 5) return BigInt(take(4).readUInt32LE());
    throw new Error(`wire type ${wire}`);
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >> 3;
    fields.set(number, [...(fields.get(number) ?? []), read(key & 7)]);
  }
  return fields;
}

type Fields = ReturnType<typeof fieldsOf>;

const messages = (fields: Fields, at: number) =>
  (fields.get(at) ?? []).filter((field) => typeof field !== "bigint").map(fieldsOf);

function bytesAt(fields: Fields, at: number): Buffer {
  const field = fields.get(at)?.at(-1);
  return field === undefined || typeof field === "bigint" ? Buffer.alloc(0) : field;
}

function numberAt(fields: Fields, at: number): bigint {
  const field = fields.get(at)?.at(-1);
  return typeof field === "bigint" ? field : 0n;
}

function readTraces(body: Buffer): readonly ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((ofResource) => {
    const resource =
      messages(ofResource, 1)
        .map((fields) => readAttributes(fields))
        .at(0) ?? {};
    return messages(ofResource, 2).flatMap((scope) =>
      messages(scope, 2).map((span) => ({ ...readSpan(span), resource })),
    );
  });
}

function readSpan(span: Fields): Omit<ReceivedSpan, "resource"> {
  const [status] = messages(span, 15);
  return {
    traceId: bytesAt(span, 1).toString("hex"),
    spanId: bytesAt(span, 2).toString("hex"),
    traceState: bytesAt(span, 3).toString("utf8"),
    parentId: bytesAt(span, 4).toString("hex"),
    name: bytesAt(span, 5).toString("utf8"),
    kind: Number(numberAt(span, 6)),
    from: numberAt(span, 7),
    to: numberAt(span, 8),
    attributes: readAttributes(span, 9),
    events: messages(span, 11).map((event) => ({
      at: numberAt(event, 1),
      name: bytesAt(event, 2).toString("utf8"),
      attributes: readAttributes(event, 3),
    })),
    status: status === undefined ? 0 : Number(numberAt(status, 3)),
  };
}

function readAttributes(fields: Fields, at = 1): Record<string, OtlpValue> {
  return Object.fromEntries(
    messages(fields, at).map((pair) => [
      bytesAt(pair, 1).toString("utf8"),
      messages(pair, 2).map(readValue).at(0),
    ]),
  );
}

function readValue(value: Fields): OtlpValue {
  const [kind] = value.keys();
  if (kind === 1) return bytesAt(value, 1).toString("utf8");
  if (kind === 2) return numberAt(value, 2) === 1n;
  if (kind === 3) return Number(BigInt.asIntN(64, numberAt(value, 3)));
  if (kind === 4) return Buffer.from(new BigUint64Array([numberAt(value, 4)]).buffer).readDoubleLE();
  if (kind === 5) return messages(value, 5).flatMap((list) => messages(list, 1).map(readValue));
  return undefined;
}

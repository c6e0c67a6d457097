import { json } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";
import type { VllmError } from "./error-body.ts";
import type { AnswerFormat, StreamFormat, Subject } from "./formats/answer-format.ts";
import { Refusal } from "./refusal.ts";

const OBJECT = /^\/v1\/responses\/(?<id>[^/]+)(?<cancel>\/cancel)?$/;

/** GET and cancel of one response; undefined where the path is none of these. */
export function storedResponseRoute({ exchange }: Call): Route | undefined {
  const { id, cancel } = OBJECT.exec(exchange.path)?.groups ?? {};
  const method = cancel === undefined ? "GET" : "POST";
  if (id === undefined || exchange.method !== method) return undefined;
  return (call) => {
    const { responses } = call.backend;
    const response = responses.get(decodeURIComponent(id));
    if (response === undefined) throw new Refusal(notFound(id));
    // None is made in the background here.
    if (cancel !== undefined)
      throw new Refusal({
        status: 400,
        type: "invalid_request_error",
        message: "Cannot cancel a synchronous response.",
        param: "response_id",
      });
    send(call, json(200, response));
  };
}

/** What is wrong with going on from an earlier response, or undefined. */
export function unknownPrevious(
  { backend }: Call,
  body: Readonly<Record<string, unknown>>,
): VllmError | undefined {
  const id = body["previous_response_id"];
  return typeof id !== "string" || backend.responses.has(id) ? undefined : notFound(id);
}

function notFound(id: string): VllmError {
  const message = `Response with id '${id}' not found.`;
  return { status: 404, type: "invalid_request_error", message, param: "response_id" };
}

/** The same format, which keeps what it has answered. */
export function storing({ backend }: Call, format: AnswerFormat): AnswerFormat {
  if (!backend.settings.responsesStore) return format;
  const keep = (subject: Subject, response: object) => backend.responses.set(subject.id, response);
  return {
    ...format,
    whole: (subject, choices) => {
      const response = format.whole(subject, choices);
      keep(subject, response);
      return response;
    },
    stream: (subject): StreamFormat => {
      const stream = format.stream(subject);
      return {
        ...stream,
        closing: (made) => {
          const events = stream.closing(made);
          const last = events.at(-1)?.data as { response: object } | undefined;
          if (last !== undefined) keep(subject, last.response);
          return events;
        },
      };
    },
  };
}

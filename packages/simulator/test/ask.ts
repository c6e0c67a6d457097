import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, with the content type. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string | Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): ReturnType<typeof JSON.parse>;
}

/** Asks on a connection of its own, and reads the answer to its end. */
export async function ask(url: string, question: Question = {}): Promise<Reply> {
  const response = await open(url, question);
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, text, json: () => JSON.parse(text) };
}

/** Asks on a connection of its own, and leaves the body to be read. */
export async function open(url: string, question: Question = {}): Promise<IncomingMessage> {
  const body = question.json === undefined ? question.raw : JSON.stringify(question.json);
  const type = question.json === undefined ? {} : { "content-type": "application/json" };
  // A pool would ask again on a connection that the server has closed meanwhile.
  const agent = new Agent({ keepAlive: true });
  const asked = request(url, {
    agent,
    method: question.method ?? (body === undefined ? "GET" : "POST"),
    headers: { ...type, ...question.headers },
  });
  asked.on("close", () => agent.destroy());
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return response;
}

/** The code of the error that asking ends with. */
export async function failure(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  return "no failure";
}

/** "pending" when nothing comes within a short while. */
export async function soon(answer: Promise<unknown>): Promise<"answered" | "pending"> {
  const pending = new Promise<"pending">((resolve) => {
    setTimeout(resolve, 60, "pending");
  });
  return Promise.race([answer.then(() => "answered" as const), pending]);
}

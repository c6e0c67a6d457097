import { json, type Answer } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";

/** Path, then method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/** What a kind of server says where it has no route. `allow` = the methods that the path does have. */
export interface NoRoute {
  notFound(call: Call): Answer;
  notAllowed(call: Call, allow: string): Answer;
}

/** FastAPI's own 404 and 405 are not the server's error object. */
export const FASTAPI: NoRoute = {
  notFound: () => json(404, { detail: "Not Found" }),
  notAllowed: (_call, allow) => {
    const answer = json(405, { detail: "Method Not Allowed" });
    return { ...answer, headers: { allow, ...answer.headers } };
  },
};

/** What FastAPI says of itself, as far as anybody reads it: paths and methods. */
export function openApi(routes: Routes): Routes {
  const document: Route = (call) => {
    const { without } = call.backend.settings;
    const paths = Object.entries(routes).flatMap(([path, methods]) =>
      without.includes(path) ? [] : [[path, operations(Object.keys(methods))] as const],
    );
    const info = { title: "FastAPI", version: "0.1.0" };
    send(call, json(200, { openapi: "3.1.0", info, paths: Object.fromEntries(paths) }));
  };
  return { ...routes, "/openapi.json": { GET: document } };
}

function operations(methods: readonly string[]): object {
  return Object.fromEntries(methods.map((method) => [method.toLowerCase(), {}]));
}

export function router(routes: Routes, none: NoRoute): (call: Call) => Route {
  return ({ exchange, backend }) => {
    const isWithout = backend.settings.without.includes(exchange.path);
    const methods = isWithout ? undefined : routes[exchange.path];
    if (methods === undefined) return (call) => send(call, none.notFound(call));
    const allow = Object.keys(methods).join(", ");
    return methods[exchange.method] ?? ((call) => send(call, none.notAllowed(call, allow)));
  };
}

import { VERSION } from "@rollcall/contract";
import { ANSWER_PARTS, ANSWERS } from "./answers.ts";
import type { AdminRoute } from "./route.ts";
import { ADMIN_ROUTES } from "./routes.ts";

/** What all errors look like. */
const ERROR = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        param: { type: ["string", "null"] },
        code: { type: "string", description: "The status." },
      },
    },
  },
} as const;

/** The admin API in OpenAPI 3.1, made of the schemas that requests are held against. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of ADMIN_ROUTES) {
    const path = (paths[pathOf(route)] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Rollcall: virtual keys", version: VERSION },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: { Error: ERROR, ...ANSWER_PARTS },
    },
  };
}

function pathOf({ path }: AdminRoute): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function operation(route: AdminRoute): object {
  const { body, query = {}, summary } = route;
  return {
    summary,
    operationId: operationId(route),
    parameters: [
      ...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string" },
      })),
      ...Object.entries(query).map(([name, schema]) => ({ name, in: "query", required: false, schema })),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      "200": { description: "Done.", content: json(ANSWERS[route.path] ?? {}) },
      default: { description: "Not done.", content: json({ $ref: "#/components/schemas/Error" }) },
    },
  };
}

function json(schema: object): object {
  return { "application/json": { schema } };
}

function operationId({ method, path }: AdminRoute): string {
  return `${method.toLowerCase()}${path.replaceAll(/[/:_-]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`;
}

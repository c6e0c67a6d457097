import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type Context } from "hono";
import { aliasOf } from "../http/alias-of.ts";
import type { ProberHttp } from "../http/context.ts";
import { mayReadDetails, refuseForeign } from "../http/details.ts";
import { printUnknownName } from "../http/explanation.ts";
import { pathOf, printAsked, readAsked, readFilter, type Asked } from "./asked.ts";
import { Board } from "./board.ts";
import { pageFiles, type PageFile } from "./files.ts";
import { fetchText, GatewayNotes } from "./gateway-notes.ts";
import { frame, problem } from "./html/frame.ts";
import { html, printed, type Html } from "./html/markup.ts";
import type { Rendering } from "./rendering.ts";
import type { Sheet } from "./sheet.ts";

type Env = { Bindings: HttpBindings };
type Ask = Context<Env>;

/** Nothing but what comes from here; nothing inline. Forms, frames and bases do not fall back to `default-src`. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** The status page for people: the fleet, one alias, one deployment, and the stream that keeps them fresh. */
export function pageRoutes(http: ProberHttp): Hono<Env> {
  const app = new Hono<Env>();
  const { clock, settings } = http;
  const board = new Board(http, new GatewayNotes({ clock, settings, ask: fetchText }));
  app.get("/", (c) =>
    answer(c, { http, board, asked: { kind: "fleet", filter: readFilter(c.req.query()) } }),
  );
  app.get("/a/:name{.+}", (c) => {
    const name = aliasOf(c.req.param("name"), settings.get().config);
    return answer(c, { http, board, asked: { kind: "alias", name, filter: readFilter(c.req.query()) } });
  });
  app.get("/d/:name{.+}", (c) =>
    answer(c, { http, board, asked: { kind: "deployment", name: c.req.param("name") } }),
  );
  app.get("/live", (c) => follow(c, http, board));
  app.get("/sign-in", (c) => signIn(c, http));
  app.get("/assets/:name", (c) => {
    const file = pageFiles().byPath.get(c.req.path);
    return file === undefined ? c.notFound() : sendFile(c, file);
  });
  return app;
}

interface Question {
  readonly http: ProberHttp;
  readonly board: Board;
  readonly asked: Asked;
}

/** Why the reader may see no details; null where they may be seen. */
function refusalOf(c: Ask, http: ProberHttp): string | null {
  return mayReadDetails(c.req.header(), http);
}

function foreign(c: Ask, http: ProberHttp): string | null {
  return refuseForeign({ host: c.req.header("host"), origin: c.req.header("origin") }, http);
}

async function answer(c: Ask, { http, board, asked }: Question): Promise<Response> {
  const refused = foreign(c, http);
  if (refused !== null)
    return say(c, 403, { title: "This page is not for other sites", text: [html`${refused}`] });
  const tellsDetails = refusalOf(c, http) === null;
  // One deployment in full is all details.
  if (asked.kind === "deployment" && !tellsDetails) return askForKey(c, http);
  try {
    const sheet = board.sheetOf(asked, tellsDetails);
    const { rendering } = sheet;
    if (rendering !== null) return await sendSheet(c, sheet, rendering);
  } catch {
    return say(c, 500, {
      title: "This page could not be made",
      text: [
        html`The prober runs and its verdicts stand; only this page failed.
          <a href="/status">The same as JSON</a>, or <code>rollcall status</code> in a shell.`,
      ],
    });
  }
  const name = asked.kind === "fleet" ? "" : asked.name;
  const title = "The config has nothing of that name";
  return say(c, 404, {
    title,
    text: [html`There is ${printUnknownName(name, http)}.`, html`<a href="/">All models</a>`],
  });
}

async function sendSheet(c: Ask, sheet: Sheet, { title, shape, sections }: Rendering): Promise<Response> {
  const { asked, facts, version } = sheet;
  const query = printAsked(asked);
  const tellsDetails = facts?.tellsDetails === true;
  const text = String(
    frame({
      files: pageFiles(),
      title,
      shape,
      machine: facts?.machine ?? null,
      offersSignIn: !tellsDetails,
      live: { path: `/live${query === "" ? "" : `?${query}`}`, version, at: facts?.now ?? 0 },
      main: [...sections].map(
        ([id, section]): Html => html`<div class="part" id="${id}">${printed(section)}</div>`,
      ),
    }),
  );
  const headers = { ...HEADERS, "content-type": "text/html; charset=utf-8", vary: "accept-encoding" };
  if (!takes(c, "gzip")) return c.body(text, 200, headers);
  const body = await sheet.compressed(text);
  return c.body(Uint8Array.from(body), 200, { ...headers, "content-encoding": "gzip" });
}

interface Said {
  readonly title: string;
  readonly text: readonly Html[];
}

type Status = 401 | 403 | 404 | 500;

/** A page of one thing. */
function say(c: Ask, status: Status, { title, text }: Said): Response {
  const page = frame({
    files: pageFiles(),
    title,
    shape: "out",
    machine: null,
    offersSignIn: false,
    live: null,
    main: problem(title, text),
  });
  return c.body(String(page), status, { ...HEADERS, "content-type": "text/html; charset=utf-8" });
}

/** Browsers ask for a name and a password then, and send them with all that follows. */
function askForKey(c: Ask, http: ProberHttp): Response {
  const refusal = refusalOf(c, http) ?? "";
  if (http.settings.get().config.masterKeys.length > 0)
    c.header("www-authenticate", 'Basic realm="Rollcall", charset="UTF-8"');
  return say(c, 401, {
    title: "Hosts and served names need the master key",
    text: [
      html`${refusal}.`,
      html`In a browser the key is the password; any name will do. <a href="/sign-in">Sign in</a>, or
        <a href="/">see what is shown without it</a>.`,
    ],
  });
}

function signIn(c: Ask, http: ProberHttp): Response {
  const refused = foreign(c, http);
  if (refused !== null)
    return say(c, 403, { title: "This page is not for other sites", text: [html`${refused}`] });
  return refusalOf(c, http) === null
    ? c.redirect(pathOf({ kind: "fleet", filter: readFilter({}) }), 303)
    : askForKey(c, http);
}

function follow(c: Ask, http: ProberHttp, board: Board): Response {
  const refused = foreign(c, http);
  if (refused !== null) return c.json({ error: refused }, 403);
  const asked = readAsked(c.req.query());
  const refusal = refusalOf(c, http);
  if (refusal !== null && asked.kind === "deployment") return c.json({ error: refusal }, 401);
  const sheet = board.sheetOf(asked, refusal === null);
  if (sheet.rendering === null) return c.json({ error: "no such page" }, 404);
  const { outgoing } = c.env;
  outgoing.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  if (!board.follow(sheet, outgoing, c.req.query("seen") ?? "")) outgoing.end("event: full\ndata: full\n\n");
  return RESPONSE_ALREADY_SENT;
}

function sendFile(c: Ask, file: PageFile): Response {
  const headers = {
    ...HEADERS,
    "cache-control": "public, max-age=31536000, immutable",
    etag: file.etag,
    vary: "accept-encoding",
  };
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304, headers);
  const [body, encoding] = takes(c, "br")
    ? [file.brotli, "br"]
    : takes(c, "gzip")
      ? [file.gzip, "gzip"]
      : [file.body, ""];
  return c.body(body, 200, {
    ...headers,
    "content-type": file.type,
    ...(encoding !== "" && { "content-encoding": encoding }),
  });
}

function takes(c: Ask, encoding: string): boolean {
  const accepted = c.req.header("accept-encoding") ?? "";
  return accepted
    .split(",")
    .some((one) => one.trim().split(";")[0] === encoding && !/;\s*q=0(?:\.0*)?\s*$/.test(one));
}

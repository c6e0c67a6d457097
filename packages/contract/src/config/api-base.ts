import { ENDPOINTS } from "../endpoints/table.ts";
import { err, ok, type Result } from "../result.ts";

/** Where a backend is reached. No part ends in a slash. */
export interface ApiBase {
  /** `http://host:8000` */
  readonly origin: string;
  /** Path of the OpenAI routes: `/v1`, `/team-a/v1`. */
  readonly apiPath: string;
  /** The path as written, where `/v1` was added to it: a proxy may put the version in itself. Else null. */
  readonly writtenPath: string | null;
  /** Path of `/health`, `/metrics`: `apiPath` without the version. */
  readonly rootPath: string;
  readonly hostname: string;
}

/** Longest first: `/chat/completions` ends in `/completions`. */
const ROUTE_TAILS = [
  ...ENDPOINTS.filter(({ below, model }) => below === "api" && model !== "object_id").map(
    ({ upstreamPath }) => upstreamPath,
  ),
  "/models",
].toSorted((a, b) => b.length - a.length);

/**
 * Accepts `api_base` as people write it: with or without `/v1`, with a path prefix, a trailing slash, IPv6, or a whole
 * route (LiteLLM takes `…/chat/completions` too).
 */
export function parseApiBase(written: string): Result<ApiBase, string> {
  const unfilled = unfilledReference(written);
  if (unfilled !== null) return err(unfilled);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) {
    return err(
      `found ${quote(written)}, expected a URL such as http://host:8000/v1 (http:// or https:// is missing)`,
    );
  }
  const url = URL.parse(written);
  if (url === null)
    return err(
      numericHost(written) ??
        `found ${quote(written)}, which is not a URL; expected something like http://host:8000/v1`,
    );
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return err(`found the scheme ${quote(url.protocol.slice(0, -1))}, expected http or https`);
  }
  if (url.username !== "" || url.password !== "") {
    return err(
      "has a user name or password in the URL: put the key into api_key, or a header into extra_headers",
    );
  }
  if (url.search !== "" || url.hash !== "")
    return err("has a query or fragment: leave only scheme, host, port and path");
  const bare = withoutRoute(url.pathname.replace(/\/+/g, "/").replace(/\/$/, ""));
  const path = versioned(bare);
  return ok({
    origin: url.origin,
    apiPath: path,
    writtenPath: bare === path || bare === "" ? null : bare,
    rootPath: path.replace(/\/v\d+$/, ""),
    hostname: url.hostname,
  });
}

/** Variables are filled in where `os.environ/NAME` is all that is written. */
function unfilledReference(written: string): string | null {
  const name = /\$\{?(\w+)|%(\w+)%/
    .exec(written)
    ?.slice(1)
    .find((part) => part !== undefined);
  if (name !== undefined)
    return `found ${quote(written)}, and nothing fills in ${name}: put the whole URL into a variable and write os.environ/${name}`;
  const inner = /.os\.environ\/(\w+)/.exec(written)?.[1];
  return inner === undefined
    ? null
    : `found ${quote(written)}, but os.environ/ is read only where nothing stands before and after it: put the whole URL into ${inner} and write os.environ/${inner}`;
}

/** A last label of digits makes a URL parser look for an IPv4 address. */
function numericHost(written: string): string | null {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([a-z0-9._-]*[a-z_-][a-z0-9._-]*\.\d+)(?=[:/?#]|$)/i.exec(
    written,
  )?.[1];
  return host === undefined
    ? null
    : `found the host ${host}, and a name whose last part is a number is taken for an IPv4 address: name it ${host.replaceAll(".", "-")} (a service of Docker Compose can have that as an alias), or write its address`;
}

function withoutRoute(path: string): string {
  const tail = ROUTE_TAILS.find((route) => path.endsWith(route));
  return tail === undefined ? path : path.slice(0, -tail.length);
}

function versioned(path: string): string {
  return /\/v\d+$/.test(path) ? path : `${path}/v1`;
}

/** Hosts that mean "this machine", and so "this container" inside one. */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "0.0.0.0" ||
    hostname === "[::1]" ||
    hostname === "[::]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** As a target these mean this machine; listened on, they mean every address that it has. */
const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Is what listens on this address out of the network's reach? Decides who needs a key, so it is asked here alone. */
export function listensOnlyHere(host: string): boolean {
  return !EVERY_ADDRESS.has(host) && isLoopbackHost(host.includes(":") ? `[${host}]` : host);
}

/** Masks credentials in a URL before it is echoed. */
function quote(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? "";
  const at = text.lastIndexOf("@");
  const shown = at === -1 ? text : `${scheme}***${text.slice(at)}`;
  return JSON.stringify(shown.length > 120 ? `${shown.slice(0, 117)}...` : shown);
}

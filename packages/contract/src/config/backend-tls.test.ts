import { describe, expect, test } from "vitest";
import { parseConfig } from "./parse.ts";
import { PLAIN_TLS } from "./backend-tls.ts";
import { printProblem } from "./problem.ts";

interface Written {
  readonly base?: string;
  readonly params?: object;
  readonly all?: object;
  readonly env?: Readonly<Record<string, string>>;
}

function read(entries: readonly Written[]) {
  const written = {
    model_list: entries.map(({ base = "https://gpu-1", params }, index) => ({
      model_name: `m${index}`,
      litellm_params: { model: "openai/a", api_base: base, ...params },
    })),
    litellm_settings: entries[0]?.all ?? {},
  };
  const main = { file: "config.yaml", text: JSON.stringify(written) };
  const { config, problems } = parseConfig({ main, included: [] }, entries[0]?.env ?? {});
  return { backends: config?.backends ?? [], says: problems.map(printProblem) };
}

const pem = (path: string) => ({ from: "pem", path });
const CA = { SSL_CERT_FILE: "/env.pem" };

describe("how TLS is spoken with a backend", () => {
  test.each<[string, Written, object]>([
    ["is the ordinary way where nothing is said", {}, {}],
    ["is by litellm_settings' authorities", { all: { ssl_verify: "/ca.pem" } }, { ca: pem("/ca.pem") }],
    ["is by SSL_CERT_FILE's where nothing else is said", { env: CA }, { ca: pem("/env.pem") }],
    [
      "is by an entry's own before all others",
      { params: { ssl_verify: "/own.pem" }, all: { ssl_verify: "/ca.pem" }, env: CA },
      { ca: pem("/own.pem") },
    ],
    [
      "is without a look at the certificate where the entry says so",
      { params: { ssl_verify: false }, env: CA },
      { verify: false },
    ],
    [
      "is so by a variable's word, too",
      { params: { ssl_verify: "os.environ/VERIFY" }, env: { VERIFY: "False" } },
      { verify: false },
    ],
    ["is ordinary where that is said", { params: { ssl_verify: true }, all: { ssl_verify: false } }, {}],
    ["is with a client certificate for all", { all: { ssl_certificate: "/c.pem" } }, { cert: pem("/c.pem") }],
    [
      "is with one of the entry's",
      { params: { client_cert: "/c.pem", client_key: "/k.pem" } },
      { cert: pem("/c.pem"), key: pem("/k.pem") },
    ],
    ["is nothing to a backend without it", { base: "http://gpu-1", all: { ssl_verify: false } }, {}],
  ])("%s", (_what, written, differs) => {
    const { backends, says } = read([written]);
    expect(says).toEqual([]);
    expect(backends[0]?.tls).toEqual({ ...PLAIN_TLS, ...differs });
  });

  test("leaves ids as they are where it is ordinary, and makes another backend of one where it is not", () => {
    const id = (written: Written) => read([written]).backends[0]?.id;
    expect(id({ params: { ssl_verify: true } })).toBe(id({}));
    expect(id({ params: { ssl_verify: false } })).not.toBe(id({}));
    expect(id({ params: { client_cert: "/a" } })).not.toBe(id({ params: { client_cert: "/b" } }));
  });

  test("is one for all entries of one server", () => {
    const { says } = read([{ params: { ssl_verify: "/a.pem" } }, { params: { ssl_verify: "/b.pem" } }]);
    expect(says).toEqual([expect.stringMatching(/model_list\[1\].*other TLS settings: give both the same/)]);
  });
});

import { Cell } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { configOf, settingsOf } from "../../test/configs.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";
import { mayReadDetails } from "./details.ts";

const env = { MASTER: "sk-master" };

/** What is answered to this header on this address, with or without a master key in the config. */
function answer(host: string, authorization?: string, masterKey?: string): string | null {
  const written = masterKey === undefined ? {} : { masterKey };
  const settings = new Cell(settingsOf(configOf([{}], written, env), env));
  return mayReadDetails({ authorization }, { ...httpOf(new ProberHarness([{}])), settings, host });
}

describe("on loopback", () => {
  it.each(["127.0.0.1", "127.8.9.1", "::1", "localhost", "gpu.localhost"])(
    "anybody may read details: %s",
    (host) => {
      expect(answer(host)).toBeNull();
      expect(answer(host, undefined, "sk-master")).toBeNull();
    },
  );
});

/** The first four mean every address of the machine. */
const WIDE = [
  "0.0.0.0",
  "::",
  "0:0:0:0:0:0:0:0",
  "",
  "10.0.0.7",
  "192.168.1.1",
  "fe80::1",
  "gpu-1",
  "127.0.0.1.evil.example",
];

describe("bound wider", () => {
  it.each(WIDE)("nobody may read them without the master key: %j", (host) => {
    expect(answer(host, undefined, "sk-master")).toBe("details need the master key as a Bearer token");
  });

  it.each(WIDE)("nobody may read them at all where there is none: %j", (host) => {
    expect(answer(host, "Bearer ")).toContain("set general_settings.master_key");
    expect(answer(host)).toContain("set general_settings.master_key");
  });

  it.each([
    ["as a Bearer token", "Bearer sk-master"],
    ["with the scheme in other case", "bearer sk-master"],
  ])("the master key opens them: %s", (_how, header) => {
    expect(answer("0.0.0.0", header, "sk-master")).toBeNull();
    expect(answer("0.0.0.0", header, "os.environ/MASTER")).toBeNull();
  });

  it.each([
    "Bearer sk-maste",
    "Bearer sk-master2",
    "Bearer SK-MASTER",
    "Bearer ",
    "",
    "Basic sk-master",
    "sk-master",
  ])("nothing else does: %j", (header) => {
    expect(answer("0.0.0.0", header, "sk-master")).toBe("details need the master key as a Bearer token");
  });

  it.each([
    ["Bearer sk-old", null],
    ["Bearer sk-new", null],
    ["Bearer sk-older", "details need the master key as a Bearer token"],
  ])("an additional master key opens them too: %s", (header, refusal) => {
    const written = { masterKey: "sk-new", gateway: { additional_master_keys: ["sk-old"] } };
    const settings = new Cell(settingsOf(configOf([{}], written, env), env));
    const http = { ...httpOf(new ProberHarness([{}])), settings, host: "0.0.0.0" };
    expect(mayReadDetails({ authorization: header }, http)).toBe(refusal);
  });

  it("a master key that cannot be read opens nothing", () => {
    expect(answer("0.0.0.0", "Bearer ", "os.environ/MISSING")).toContain("set general_settings.master_key");
  });
});

describe("on loopback web pages of other sites", () => {
  const ask = (headers: Record<string, string>, host = "127.0.0.1", route = "/status") => {
    const settings = new Cell(settingsOf(configOf([{}], {}, env), env));
    const app = proberApp({ ...httpOf(new ProberHarness([{}])), settings, host });
    return app.request(`http://127.0.0.1${route}`, { headers });
  };

  it.each([
    ["by a name that was made to lead here", { host: "evil.example" }, "Host: evil.example"],
    [
      "from their own origin",
      { host: "localhost:4001", origin: "http://evil.example" },
      "Origin: http://evil.example",
    ],
  ])("read no details %s", async (_case, headers, shown) => {
    for (const route of ["/status", "/events", "/explain/chat", "/state"]) {
      const refused = await ask(headers, "127.0.0.1", route);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain(`(${shown}): add the name to rollcall.gateway.allowed_hosts`);
    }
  });

  it("do not stand in the way of those who are at home here", async () => {
    expect((await ask({ host: "localhost:4001" })).status).toBe(200);
    expect((await ask({ host: "gpu.localhost:4001" }, "gpu.localhost")).status).toBe(200);
  });
});

import { describe, expect, it } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import type { Entry } from "../../test/configs.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";

const entries: readonly Entry[] = [
  { id: "1", alias: "a", base: "http://gpu-1:8000" },
  { id: "2", alias: "a", base: "http://gpu-2:8000" },
  { id: "x/3", alias: "org/b", base: "http://gpu-3:8000" },
];

/** A fleet of which these hosts serve what is expected. */
async function asked(good: readonly string[], more: readonly Entry[] = []) {
  const harness = new ProberHarness([...entries, ...more]);
  for (const host of good) harness.backends.serve(`http://${host}:8000`, "llama");
  await harness.start();
  const app = proberApp(httpOf(harness));
  const get = async (path: string) => {
    const reply = await app.request(path);
    return { status: reply.status, text: await reply.text() };
  };
  return { harness, get };
}

describe("/readyz/deployment/<id>", () => {
  it("speaks of one deployment alone, as a sidecar beside one server wants it", async () => {
    const { get } = await asked(["gpu-1"]);
    expect(await get("/readyz/deployment/1")).toEqual({ status: 200, text: "ready\n" });
    expect(await get("/readyz/deployment/2?verbose")).toEqual({
      status: 503,
      text: "[-] a: 2 loading\nnot ready\n",
    });
    expect(await get("/readyz/a")).toMatchObject({ status: 200 });
  });

  it("takes an id with a slash, as it is and encoded", async () => {
    const { get } = await asked(["gpu-3"]);
    expect(await get("/readyz/deployment/x/3?verbose")).toEqual({
      status: 200,
      text: "[+] org/b: x/3 ok\nready\n",
    });
    expect(await get("/readyz/deployment/x%2F3")).toMatchObject({ status: 200 });
  });

  it("is 404 for an id that there is not, an alias included", async () => {
    const { get } = await asked(["gpu-1"]);
    expect(await get("/readyz/deployment/a")).toEqual({
      status: 404,
      text: 'no deployment "a" in the config\n',
    });
  });

  it("wins over an alias of that name, which is asked for with an encoded slash", async () => {
    const alias = { id: "4", alias: "deployment/2", base: "http://gpu-4:8000" };
    const only = { id: "5", alias: "deployment/y", base: "http://gpu-4:8000" };
    const { get } = await asked(["gpu-4"], [alias, only]);
    expect(await get("/readyz/deployment/2")).toMatchObject({ status: 503 });
    expect(await get("/readyz/deployment%2F2?verbose")).toEqual({
      status: 200,
      text: "[+] deployment/2: 4 ok\nready\n",
    });
    expect(await get("/readyz/deployment/y")).toEqual({
      status: 404,
      text: 'no deployment "y" in the config; the alias "deployment/y" is at /readyz/deployment%2Fy\n',
    });
  });
});

describe("?require", () => {
  it.each([
    ["/readyz", 503],
    ["/readyz?require=any", 200],
    ["/readyz?require=all", 503],
    ["/readyz?require=1", 503],
    ["/readyz/a", 200],
    ["/readyz/a?require=any", 200],
    ["/readyz/a?require=1", 200],
    ["/readyz/a?require=2", 503],
    ["/readyz/a?require=all", 503],
    ["/readyz/org/b?require=any", 503],
  ])("with one of two deployments of an alias ready, and none of another: %s is %i", async (path, status) => {
    const { get } = await asked(["gpu-1"]);
    expect(await get(path)).toMatchObject({ status });
  });

  it.each([
    ["/readyz?require=all", 200],
    ["/readyz?require=1", 200],
    ["/readyz?require=2", 503],
    ["/readyz/a?require=2", 200],
    ["/readyz/a?require=3", 503],
  ])("with all ready: %s is %i", async (path, status) => {
    const { get } = await asked(["gpu-1", "gpu-2", "gpu-3"]);
    expect(await get(path)).toMatchObject({ status });
  });

  it("marks what stands in the way of just that", async () => {
    const { get } = await asked(["gpu-1", "gpu-3"]);
    expect((await get("/readyz?verbose&require=all")).text).toBe(
      "[-] a: 1 ok, 2 loading\n[+] org/b: x/3 ok\nnot ready\n",
    );
    expect((await get("/readyz?verbose&require=1")).text).toBe(
      "[+] a: 1 ok, 2 loading\n[+] org/b: x/3 ok\nready\n",
    );
  });

  it.each(["/readyz?require=some", "/readyz/a?require=0", "/readyz?require", "/readyz?require=1&require=2"])(
    "is 400 and says why where it cannot be understood: %s",
    async (path) => {
      const { get } = await asked(["gpu-1"]);
      const { status, text } = await get(path);
      expect(status).toBe(400);
      expect(text).toMatch(/^require (must be any, all or a number from 1|was given more than once)/);
    },
  );

  it("means nothing for a single deployment", async () => {
    const { get } = await asked(["gpu-1"]);
    expect(await get("/readyz/deployment/1?require=all")).toEqual({
      status: 400,
      text: "require has no meaning for a single deployment\n",
    });
  });
});

describe("?max_age", () => {
  it.each(["/readyz/a", "/readyz/deployment/1", "/readyz?require=any"])(
    "passes over what was found before, until the next probe: %s",
    async (path) => {
      const { harness, get } = await asked(["gpu-1"]);
      await harness.clock.advance(1_000);
      const query = path.includes("?") ? "&" : "?";
      expect(await get(`${path}${query}max_age=1m`)).toMatchObject({ status: 200 });
      expect(await get(`${path}${query}max_age=500ms&verbose`)).toMatchObject({
        status: 503,
        text: expect.stringContaining("1 unknown"),
      });
      await harness.clock.advance(60_000);
      expect(await get(`${path}${query}max_age=55s`)).toMatchObject({ status: 200 });
    },
  );

  it("leaves what is not ready as it is", async () => {
    const { get } = await asked([]);
    expect((await get("/readyz/deployment/1?verbose&max_age=0ms")).text).toBe(
      "[-] a: 1 loading\nnot ready\n",
    );
  });

  it("is 400 where it cannot be understood", async () => {
    const { get } = await asked([]);
    expect(await get("/readyz?max_age=soon")).toEqual({
      status: 400,
      text: 'max_age must be a duration such as 5s, and not "soon"\n',
    });
  });
});

it("an alias is found by its second name too", async () => {
  const { harness } = await asked(["gpu-1"]);
  const settings = harness.settings.get();
  const groupAliases = new Map([["gpt-4", { alias: "a", hidden: true }]]);
  harness.settings.set({ ...settings, config: { ...settings.config, groupAliases } });
  const reply = await proberApp(httpOf(harness)).request("/readyz/gpt-4?verbose");
  expect(await reply.text()).toBe("[+] a: 1 ok, 2 loading\nready\n");
});

it("an alias with line breaks stays on its line", async () => {
  const { get } = await asked([], [{ id: "4", alias: "c\r\nready", base: "http://gpu-4:8000" }]);
  expect((await get("/readyz?verbose")).text).toContain("\n[-] c\\r\\nready: 4 loading\n");
});

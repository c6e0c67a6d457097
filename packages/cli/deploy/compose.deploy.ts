import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../test/documents.ts";
import { eventually } from "../test/harness.ts";
import { parseYaml } from "../test/manifests.ts";
import { missingTools, Scratch } from "./bare-machine.ts";
import { ComposeHost, type ComposeService, type RunningService } from "./compose-host.ts";

const run = promisify(execFile);
const DEPLOY = path.join(ROOT, "deploy");
const COMPOSE = path.join(DEPLOY, "compose");
const MAIN = path.join(ROOT, "packages/cli/src/main.ts");
const SIMULATOR = path.join(ROOT, "packages/simulator/src/main.ts");

interface Service extends ComposeService {
  readonly command: readonly string[];
  readonly image: string;
  readonly mem_limit: string;
  readonly cpus: number;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly logging: object;
  readonly cap_drop: readonly string[];
}

const { services } = parseYaml(readFileSync(path.join(COMPOSE, "compose.yaml"), "utf8"))[0] as {
  services: Readonly<Record<"gateway" | "prober" | "control" | "prometheus" | "grafana", Service>>;
};

// The loader that `docker compose config` stands on.
const LOADER = "github.com/compose-spec/compose-go/v2/cmd@v2.9.1";
const hasGo = spawnSync("go", ["version"]).error === undefined;
if (!hasGo)
  process.stdout.write("skipped, since go is not on this machine: compose files in Compose's own loader\n");

describe.skipIf(!hasGo)("Compose's own loader", () => {
  const scratch = new Scratch();
  const loader = scratch.path("cmd");
  beforeAll(async () => {
    await run("go", ["install", LOADER], { env: { ...process.env, GOBIN: scratch.directory } });
    cpSync(COMPOSE, scratch.path("compose"), { recursive: true });
    copyFileSync(path.join(COMPOSE, ".env.example"), scratch.path("compose/.env"));
    copyFileSync(path.join(COMPOSE, "grafana.env.example"), scratch.path("compose/grafana.env"));
  });
  afterAll(() => scratch.remove());

  test.each(["compose.yaml", "article.yaml"])("takes %s", async (file) => {
    const { stdout } = await run(loader, ["-format", "json", file], { cwd: scratch.path("compose") });
    expect(Object.keys((JSON.parse(stdout) as { services: object }).services)).not.toEqual([]);
  });
});

test.each(Object.entries(services))("%s keeps within limits, and tells how it is", (_name, service) => {
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    mem_limit: expect.stringMatching(/^\d+[mg]$/),
    cpus: expect.any(Number),
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
    healthcheck: { test: expect.arrayContaining(["CMD"]) },
  });
});

const missing = missingTools(["prometheus", "unshare", "nsenter", "ip", "curl"]);
if (missing.length > 0)
  process.stdout.write(
    `skipped, since ${missing.join(" and ")} is not on this machine: compose's services\n`,
  );

describe.skipIf(missing.length > 0)("the services, each on its own root", () => {
  const KEY = "sk-in-compose";
  const files = new Scratch();
  const host = new ComposeHost(files.path("deploy/compose"));
  const running: Record<string, RunningService> = {};
  const node = (file: string, ...args: readonly string[]) => [process.execPath, file, ...args];
  const env = ["env", `LITELLM_MASTER_KEY=${KEY}`, "BACKEND_01_KEY=one", "BACKEND_02_KEY=two"];
  const hosts = { "llm-backend-01": "127.0.0.4", "host.docker.internal": "127.0.0.5" };

  beforeAll(async () => {
    cpSync(DEPLOY, files.path("deploy"), { recursive: true });
    appendFileSync(files.path("deploy/compose/rollcall/config.yaml"), "  keys: true\n");
    const ours = Object.fromEntries(Object.keys(services).map((name) => [name, "127.0.0.1"]));
    await host.start({ ...ours, ...hosts });
    for (const [name, address, served, key] of [
      ["first", hosts["llm-backend-01"], "gpt-oss-120b", "one"],
      ["second", hosts["host.docker.internal"], "qwen3-coder-30b", "two"],
    ] as const) {
      const flags = ["--host", address, "--port", "8000", "--served-model-name", served, "--api-key", key];
      const control = name === "first" ? ["--control-port", "8100"] : [];
      running[name] = host.service(name, {}, node(SIMULATOR, ...flags, ...control));
    }
    for (const name of ["prober", "control", "gateway"] as const)
      running[name] = host.service(name, services[name], [
        ...env,
        "STATE_DIRECTORY=/var/lib/rollcall",
        ...node(MAIN, ...services[name].command),
      ]);
    running["prometheus"] = host.service("prometheus", services.prometheus, [
      "prometheus",
      ...services.prometheus.command,
    ]);
    await eventually(async () => (await chat("coder")) !== null, 60_000).catch(fail);
  });
  afterAll(async () => {
    await host.stop();
    files.remove();
  });

  function fail(cause: unknown): never {
    throw new Error(
      Object.entries(running)
        .map(([name, { said }]) => `${name}: ${said()}`)
        .join("\n"),
      { cause },
    );
  }

  function chat(model: string, key = KEY): Promise<string | null> {
    const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], max_tokens: 4 });
    const headers = ["-H", `Authorization: Bearer ${key}`, "-H", "Content-Type: application/json"];
    return host.curl(["http://gateway:4000/v1/chat/completions", ...headers, "-d", body]);
  }

  async function asked<T>(route: string, ...args: readonly string[]): Promise<T> {
    const text = await host.curl([`http://prometheus:9090/api/v1/${route}`, ...args]);
    return (JSON.parse(text ?? "null") as { data: T } | null)?.data ?? fail(new Error(route));
  }

  test("Prometheus reaches both daemons by their names, and has the rules", async ({ task }) => {
    const version = /version (\S+)/.exec(
      spawnSync("prometheus", ["--version"], { encoding: "utf8" }).stdout,
    )?.[1];
    noteVersion(task, ["prometheus", version ?? ""]);
    const targets = async () => {
      const { activeTargets } = await asked<{ activeTargets: { health: string; labels: { job: string } }[] }>(
        "targets",
      );
      return activeTargets.map(({ health, labels }) => `${labels.job} ${health}`).toSorted();
    };
    await eventually(
      async () => (await targets()).join() === "rollcall-gateway up,rollcall-prober up",
      60_000,
    ).catch(fail);
    const { groups } = await asked<{ groups: { rules: { health: string }[] }[] }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(8);
    expect(rules.filter(({ health }) => health === "err")).toEqual([]);
  });

  test("every panel that Grafana is given has something to show", async () => {
    const folder = services.grafana.volumes?.find((volume) => volume.endsWith(":/etc/grafana/dashboards:ro"));
    const directory = path.resolve(COMPOSE, folder?.split(":")[0] ?? "");
    const panels = readdirSync(directory).flatMap((file) => panelsOf(path.join(directory, file)));
    expect(panels.length).toBeGreaterThan(10);
    const control = (route: string, body: object) =>
      host.curl([`http://127.0.0.1:8100/${route}`, "-d", JSON.stringify(body)]);
    // What only a fleet with faults has: a server that loads again, an attempt that failed.
    const stir = async () => {
      await control("load", { ms: 3_000 });
      await eventually(async () => (await chat("default")) !== null, 60_000);
      // The first of a kept connection is no fault of the server's.
      await control("fault", { name: "reset", count: 3 });
      for (const model of ["coder", "default", "coder"]) await chat(model);
      // An ejection is over within seconds, and is told to whoever looks meanwhile.
      await host.curl(["http://gateway:4000/metrics"]);
    };
    let empty: readonly string[] = [];
    const isAllShown = async () => {
      await stir();
      const results = await Promise.all(
        panels.map(async ({ title, query }) => {
          const { result } = await asked<{ result: unknown[] }>(
            "query",
            "--get",
            "--data-urlencode",
            `query=${query}`,
          );
          return result.length === 0 ? [`${title}: ${query}`] : [];
        }),
      );
      empty = results.flat();
      return empty.length === 0;
    };
    await eventually(isAllShown, 100_000).catch(() => {});
    process.stdout.write(`${panels.length} queries of panels, without data: ${empty.length}\n`);
    expect(empty).toEqual([]);
  });

  test("what Grafana is provisioned with names what is there", () => {
    const read = (file: string) => parseYaml(readFileSync(path.join(COMPOSE, "grafana", file), "utf8"))[0];
    expect(read("datasources/rollcall.yaml")).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: "prometheus", url: "http://prometheus:9090", access: "proxy", isDefault: true }],
    });
    const mounted = (services.grafana.volumes ?? []).map((volume) => volume.split(":")[1]);
    const { providers } = read("dashboards/rollcall.yaml") as { providers: { options: { path: string } }[] };
    for (const { options } of providers) expect(mounted).toContain(options.path);
    expect(mounted).toEqual(
      expect.arrayContaining([
        "/etc/grafana/provisioning/datasources",
        "/etc/grafana/provisioning/dashboards",
      ]),
    );
  });

  test("control keeps keys for a gateway in another container, by the volume that both have", async () => {
    const asMaster = ["-H", `Authorization: Bearer ${KEY}`, "-H", "Content-Type: application/json"];
    const made = async () =>
      host.curl(["http://gateway:4000/key/generate", ...asMaster, "-d", '{"models": ["coder"]}']);
    const { key } = JSON.parse(await eventually(made, 30_000).catch(fail)) as { key: string };
    await eventually(async () => (await chat("coder", key)) !== null, 10_000).catch(fail);
    expect(await chat("default", key)).toBeNull();
  });
});

describe.skipIf(missing.length > 0)("LiteLLM's compose file with another image", () => {
  const files = new Scratch();
  const host = new ComposeHost(files.directory);
  afterAll(async () => {
    await host.stop();
    files.remove();
  });

  test("lists the aliases and answers, by its own command and mounts", async () => {
    const text = readFileSync(path.join(COMPOSE, "article.yaml"), "utf8");
    const { litellm } = (parseYaml(text)[0] as { services: { litellm: Service } }).services;
    const [config = ""] = readFileSync(path.join(COMPOSE, "rollcall/config.yaml"), "utf8").split(
      "\n# Rollcall's own",
    );
    writeFileSync(files.path("config.yaml"), config);
    await host.start({ "llm-backend-01": "127.0.0.4", "host.docker.internal": "127.0.0.5" });
    const flags = "--host 127.0.0.5 --port 8000 --served-model-name qwen3-coder-30b --api-key two".split(" ");
    host.service("backend", {}, [process.execPath, SIMULATOR, ...flags]);
    const env = ["env", "LITELLM_MASTER_KEY=sk-article", "BACKEND_01_KEY=one", "BACKEND_02_KEY=two"];
    const command = [...env, "STATE_DIRECTORY=/var/lib/rollcall", process.execPath, MAIN, ...litellm.command];
    const { said } = host.service(
      "litellm",
      { ...litellm, volumes: [...(litellm.volumes ?? []), "state:/var/lib/rollcall"] },
      command,
    );
    const key = ["-H", "Authorization: Bearer sk-article", "-H", "Content-Type: application/json"];
    const body = '{"model": "coder", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4}';
    const answer = async () => host.curl(["http://127.0.0.1:4000/v1/chat/completions", ...key, "-d", body]);
    await eventually(answer, 60_000).catch((cause: unknown) => {
      throw new Error(said(), { cause });
    });
    const models = JSON.parse((await host.curl(["http://127.0.0.1:4000/v1/models", ...key])) ?? "") as {
      data: { id: string }[];
    };
    expect(models.data.map(({ id }) => id).toSorted()).toEqual(["coder", "default"]);
  });
});

interface Panel {
  readonly title: string;
  readonly query: string;
}

function panelsOf(file: string): readonly Panel[] {
  const { panels } = JSON.parse(readFileSync(file, "utf8")) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$\{?alias(:regex)?\}?/g, ".*"),
    })),
  );
}

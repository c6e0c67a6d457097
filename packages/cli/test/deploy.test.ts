import { execFile, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv, promisify } from "node:util";
import { DEFAULTS, parseDuration, REASON_CODES, type Config } from "@rollcall/contract";
import { loadConfig } from "@rollcall/runtime";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { templateUnit } from "../scripts/template-unit.ts";
import { chat, eventually, mapHosts, rollcall, RunningCommand, temporary } from "./harness.ts";
import { Manifest, parseYaml } from "./manifests.ts";
import { refusal } from "./refusal.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DEPLOY = path.join(ROOT, "deploy");
const read = (name: string) => readFileSync(path.join(DEPLOY, name), "utf8");

interface Service {
  readonly image: string;
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly command: readonly string[];
  readonly env_file: string;
  readonly volumes: readonly string[];
  readonly extra_hosts: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only: boolean;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

const { services } = parseYaml(read("compose/compose.yaml"))[0] as {
  services: Readonly<Record<"gateway" | "prober" | "control", Service>>;
};
const environment = parseEnv(read("compose/.env.example")) as Record<string, string>;

// What both have to agree on with the image.
const manifest = new Manifest("sidecar/rollcall.yaml");
const [sidecar, gatewayContainer] = [manifest.container("prober"), manifest.container("gateway")];

const dockerfile = read("docker/Dockerfile")
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n/g, " ");
function instruction(name: string): string {
  return new RegExp(`^${name} (.*)$`, "m").exec(dockerfile)?.[1] ?? "";
}

const units = {
  gateway: read("systemd/rollcall-gateway.service"),
  prober: read("systemd/rollcall-prober.service"),
  control: read("systemd/rollcall-control.service"),
  socket: read("systemd/rollcall-gateway.socket"),
  drop: read("systemd/wait-for-models.conf"),
  server: read("systemd/vllm.conf"),
};
function setting(unit: string, name: string): string {
  return new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";
}

const rules = (parseYaml(read("prometheus/rules.yaml"))[0] as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(read("grafana/rollcall.json")) as {
  panels: { id: number; title: string; targets?: { expr: string }[] }[];
};
const drawn = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The files of the image as a process of this machine sees them: the two directories lie below a temporary one. */
function unpack(config: string): { readonly at: (text: string) => string; remove(): void } {
  const files = temporary({});
  const at = (text: string) => text.replaceAll(/\/(etc\/rollcall|var\/lib\/rollcall)/g, files.path("$1"));
  for (const directory of ["/etc/rollcall", "/var/lib/rollcall"])
    mkdirSync(at(directory), { recursive: true });
  writeFileSync(at("/etc/rollcall/config.yaml"), at(config));
  return { at, remove: () => files.remove() };
}

const composeConfig = read("compose/rollcall/config.yaml");

function load(): Config {
  const files = temporary({ "config.yaml": composeConfig });
  const { config } = loadConfig(files.path("config.yaml"), environment, { inContainer: true });
  files.remove();
  if (config === null) throw new Error("the config of compose has errors");
  return config;
}

function has(tool: string): boolean {
  const found = spawnSync(tool, ["--version"]).error === undefined;
  if (!found) process.stdout.write(`skipped, since ${tool} is not on this machine: what only it can check\n`);
  return found;
}

/** Runs a checker; resolves with what it complains of, "" where it is content. */
async function complaints(tool: string, args: readonly string[], cwd = DEPLOY): Promise<string> {
  try {
    return (await promisify(execFile)(tool, [...args], { cwd })).stderr;
  } catch (fault) {
    const { stdout, stderr } = fault as { stdout: string; stderr: string };
    return `${stdout}${stderr}` || "failed without a word";
  }
}

describe("the files", () => {
  const all = readdirSync(DEPLOY, { recursive: true, encoding: "utf8" });

  it.each(all.filter((name) => name.endsWith(".yaml") && !name.includes("/templates/")))(
    "%s is YAML",
    (name) => {
      expect(parseYaml(read(name)).length).toBeGreaterThan(0);
    },
  );

  it("are all in the README's table, and its links lead somewhere", () => {
    const links = [...read("README.md").matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.filter((link) => !existsSync(path.join(DEPLOY, link)))).toEqual([]);
    const folders = all.filter((name) => !name.includes("/") && !name.endsWith(".md"));
    expect(folders.filter((folder) => !links.some((link) => link.startsWith(`${folder}/`)))).toEqual([]);
  });
});

describe("command lines", () => {
  const inProse = [...`${read("README.md")}\n${composeConfig}`.matchAll(/^.*$/gm)].flatMap(([line]) => {
    const match = /(?:rollcall|prober) ((?:up|gateway|prober|check|status|explain|wait|health)\b[^`&]*)/.exec(
      line,
    );
    return match?.[1] === undefined ? [] : [match[1].trim().split(/\s+/)];
  });
  const initContainer = /args: \[(.*?)\]/.exec(read("README.md"))?.[1] ?? "";

  const lines: [string, readonly string[]][] = [
    ["Dockerfile", JSON.parse(instruction("CMD")) as string[]],
    [
      "Dockerfile health check",
      (
        JSON.parse(/ CMD (\[.*\])$/m.exec(instruction("HEALTHCHECK"))?.[0].slice(5) ?? "[]") as string[]
      ).slice(1),
    ],
    ["compose prober", services.prober.command],
    ["compose gateway", services.gateway.command],
    ["compose control", services.control.command],
    ["compose gateway health check", (services.gateway.healthcheck?.test ?? []).slice(2)],
    ["compose health check", (services.prober.healthcheck?.test ?? []).slice(2)],
    ["README init container", initContainer.split(", ").map((word) => word.replaceAll('"', ""))],
    ...[
      setting(units.gateway, "ExecStart"),
      setting(units.prober, "ExecStart"),
      setting(units.drop, "ExecStartPre"),
      setting(units.server, "ExecStartPost"),
    ].map((line): [string, string[]] => {
      const [program, ...args] = line.split(" ");
      expect(program).toBe("/usr/local/bin/rollcall");
      return ["systemd", args];
    }),
    ...[
      "--config /app/config.yaml --port 4000",
      "--config=/app/config.yaml --port=4000 --host 0.0.0.0 --num_workers 8 --detailed_debug",
      "-c /app/config.yaml --run_gunicorn --num_workers 4 --telemetry False --use_prisma_db_push",
      "--port 4000",
    ].map((line): [string, string[]] => ["as LiteLLM is started", line.split(" ")]),
    ...inProse.map((args): [string, string[]] => ["text", args]),
  ];

  it("are found", () => {
    expect(inProse.length).toBeGreaterThan(5);
    expect(refusal(["wait", "--timeuot", "1s"])).toContain("unknown option '--timeuot'");
    expect(refusal(["--num_worker", "2"])).toContain("unknown option '--num_worker'");
  });

  it.each(lines)("%s: %j is accepted", (_where, args) => {
    expect(args.length).toBeGreaterThan(0);
    expect(refusal(args)).toBeNull();
    const timeout = args[args.indexOf("--timeout") + 1] ?? "";
    if (args.includes("--timeout")) expect(parseDuration(timeout)).not.toBeNull();
  });
});

describe("configs", () => {
  it("compose passes `rollcall check` without a warning", async () => {
    const image = unpack(composeConfig);
    const args = ["check", image.at("/etc/rollcall/config.yaml"), "--in-container"];
    const { code, out } = await rollcall(args, { env: environment });
    image.remove();
    expect(out).toMatch(/config\.yaml: 2 aliases, 2 deployments, 2 backends; 0 errors, 0 warnings\n$/);
    expect(code).toBe(0);
  });

  it("read every key of the examples, and no other", () => {
    expect(composeConfig.match(/(?<=os\.environ\/)\w+/g)?.toSorted()).toEqual(
      Object.keys(environment).toSorted(),
    );
  });
});

describe("the image", () => {
  it("is built with the workspace's Node and pnpm", () => {
    const major = readFileSync(path.join(ROOT, ".node-version"), "utf8").split(".")[0];
    expect(instruction("ARG")).toBe(`NODE_IMAGE=node:${major}-slim`);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1])).toEqual([
      "${NODE_IMAGE}",
      "${NODE_IMAGE}",
    ]);
    const { packageManager } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      packageManager: string;
    };
    expect(dockerfile).toContain(`npx -y ${packageManager} fetch\n`);
    expect(dockerfile).toContain(`npx -y ${packageManager} install --offline --frozen-lockfile `);
  });

  it("gets what it copies, and no keys, tests or local modules", () => {
    const ignore = read("docker/Dockerfile.dockerignore").split("\n");
    expect(ignore[1]).toBe("*");
    const copied = (/^COPY (pnpm-lock.*) \.\/$/m.exec(dockerfile)?.[1] ?? "").split(" ");
    const built = ["deploy/systemd", "deploy/prometheus", "deploy/grafana"];
    for (const name of [...copied, "package.json", "packages", ...built]) {
      expect(ignore).toContain(`!${name}`);
      expect(`${name}: ${existsSync(path.join(ROOT, name))}`).toBe(`${name}: true`);
    }
    expect(ignore).toEqual(expect.arrayContaining(["**/node_modules", "packages/*/test"]));
  });

  it("runs the command itself, without a shell and not as root", () => {
    expect(JSON.parse(instruction("ENTRYPOINT"))).toEqual(["rollcall"]);
    expect(instruction("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(instruction("USER")).toBe("1000:1000");
    expect(dockerfile).toContain("--owner=1000 --group=1000");
  });
});

describe("ports and paths", () => {
  const { gateway, prober } = DEFAULTS;

  it("are the defaults everywhere", () => {
    expect(instruction("EXPOSE")).toBe(`${gateway.port} ${prober.port}`);
    expect(services.gateway.ports).toEqual([`127.0.0.1:${gateway.port}:${gateway.port}`]);
    expect(services.prober.ports).toBeUndefined();
    const [scrape] = parseYaml(read("prometheus/scrape.yaml")) as [
      { scrape_configs: { static_configs: { targets: string[] }[] }[] },
    ];
    expect(scrape.scrape_configs.map(({ static_configs: [first] }) => first?.targets)).toEqual([
      [`127.0.0.1:${gateway.port}`],
      [`127.0.0.1:${prober.port}`],
    ]);
    expect(load()).toMatchObject({ gateway: { port: gateway.port }, prober: { port: prober.port } });
  });

  it("bind what is reached from outside of the container, and nothing else", () => {
    for (const { command } of [services.gateway, services.prober])
      expect(command.join(" ")).toContain("--host 0.0.0.0");
    for (const unit of [units.gateway, units.prober]) expect(unit).not.toContain("--host");
  });

  it("let the gateway reach the host that the config names", () => {
    const hosts = load().backends.map(({ base }) => base.hostname);
    expect(hosts).toContain("host.docker.internal");
    expect(services.gateway.extra_hosts).toContain("host.docker.internal:host-gateway");
  });

  it("put the snapshot where both daemons have the same writable directory", () => {
    const shared = "/var/lib/rollcall";
    expect(instruction("ENV")).toContain(`STATE_DIRECTORY=${shared}`);
    for (const service of [services.gateway, services.prober, services.control]) {
      expect(service.volumes).toContain(`state:${shared}`);
      expect(service.volumes).toContain("./rollcall:/etc/rollcall:ro");
      expect(service.read_only).toBe(true);
    }
    expect(path.dirname(load().state.file ?? "")).toBe(shared);
    // Same user, same STATE_DIRECTORY, same config path: the same file.
    for (const name of ["User", "StateDirectory", "ProtectSystem"]) {
      expect(setting(units.gateway, name)).not.toBe("");
      expect(setting(units.gateway, name)).toBe(setting(units.prober, name));
    }
    const configOf = (unit: string) => setting(unit, "ExecStart").split("--config ")[1];
    expect(configOf(units.gateway)).toBe(configOf(units.prober));
  });
});

describe("order and patience", () => {
  const seconds = (text: string | undefined) => Number(/^(\d+)s?$/.exec(text ?? "")?.[1]);
  const stopping = ({ gateway }: Config) => (gateway.settleMs + gateway.drainMs) / 1_000;

  it("gives the gateway longer than its drain", () => {
    expect(seconds(services.gateway.stop_grace_period)).toBeGreaterThan(stopping(load()));
    const byDefault = (DEFAULTS.gateway.settleMs + DEFAULTS.gateway.drainMs) / 1_000;
    expect(seconds(setting(units.gateway, "TimeoutStopSec"))).toBeGreaterThan(byDefault);
    expect(seconds(/--stop-timeout (\d+)/.exec(read("README.md"))?.[1])).toBeGreaterThan(byDefault);
  });

  it.each(["drop", "server"] as const)("gives a start longer than its wait for models: %s", (name) => {
    const timeout = parseDuration(/--timeout (\S+)/.exec(units[name])?.[1] ?? "") ?? 0;
    expect(seconds(setting(units[name], "TimeoutStartSec")) * 1_000).toBeGreaterThan(timeout);
    expect(timeout).toBeGreaterThanOrEqual(DEFAULTS.prober.loadTimeMs);
  });

  it("starts the prober first, stops it last, and never makes the gateway wait for models", () => {
    expect(services.gateway.depends_on).toEqual({ prober: { condition: "service_started" } });
    expect(setting(units.gateway, "After")).toContain("rollcall-prober.service");
    expect(units.gateway).not.toMatch(/^BindsTo=|ExecStartPre/m);
    expect(setting(units.gateway, "Requires")).toBe("rollcall-gateway.socket");
  });

  it("starts systemd's daemons again, always", () => {
    for (const unit of [units.gateway, units.prober, units.control]) {
      expect(setting(unit, "Restart")).toBe("always");
      expect(setting(unit, "StartLimitIntervalSec")).toBe("0");
      expect(setting(unit, "ExecReload")).toContain("-HUP $MAINPID");
    }
  });

  it("keeps the gateway's port over a restart, which leaves the running gateway be", () => {
    expect(setting(units.socket, "ListenStream")).toBe("127.0.0.1:4000");
    expect(setting(units.gateway, "KillMode")).toBe("process");
    const stop = setting(units.gateway, "ExecStop");
    expect(stop).toMatch(
      /^-\+\/bin\/sh -c '.* restart .* kill -s USR2 \$MAINPID ;; .* stop rollcall-gateway\.socket /,
    );
  });

  it("lets systemd's daemons say by a child when they are ready, and ends one that hangs", () => {
    // A child is neither the main process nor one that a command of the unit names.
    for (const unit of [units.gateway, units.prober, units.control]) {
      expect(setting(unit, "Type")).toBe("notify");
      expect(setting(unit, "NotifyAccess")).toBe("all");
      expect(seconds(setting(unit, "WatchdogSec"))).toBeGreaterThanOrEqual(10);
      expect(setting(unit, "RestrictAddressFamilies")).toContain("AF_UNIX");
    }
  });
});

describe("compose, run without containers", () => {
  const image = unpack(composeConfig);
  const hosts = { "llm-backend-01": "127.0.0.4", "host.docker.internal": "127.0.0.5" };
  const env = { ...mapHosts(hosts), ...environment };
  const daemons: RunningCommand[] = [];
  const url = { prober: "", gateway: "" };
  let backends: Simulator[];

  /** Every metric with the names of its labels, as far as there are samples. */
  const scraped = new Map<string, Set<string>>();

  async function scrape(): Promise<void> {
    for (const base of Object.values(url)) {
      const text = await (await fetch(`${base}/metrics`)).text();
      for (const [, name = "", type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
        const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
        for (const suffix of suffixes) if (!scraped.has(name + suffix)) scraped.set(name + suffix, new Set());
      }
      for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
        for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) scraped.get(name)?.add(label);
      }
    }
  }

  beforeAll(async () => {
    const simulator = (host: string, name: string, key = "") =>
      startSimulator({ host, port: 8000, servedNames: [name], apiKeys: [key] });
    backends = [
      await simulator(hosts["llm-backend-01"], "gpt-oss-120b", environment["BACKEND_01_KEY"]),
      await simulator(hosts["host.docker.internal"], "qwen3-coder-30b", environment["BACKEND_02_KEY"]),
    ];
    for (const name of ["prober", "gateway"] as const) {
      const args = [...services[name].command.map(image.at), "--port", "0"];
      daemons.push(new RunningCommand(args, { env }));
    }
    for (const [index, name] of (["prober", "gateway"] as const).entries()) {
      const seen = await daemons[index]?.sees(/"address":"http:\/\/0\.0\.0\.0:(\d+)"/);
      url[name] = `http://127.0.0.1:${seen?.[1]}`;
    }
    await eventually(async () => (await fetch(`${url.prober}/readyz`)).status === 200);
    await eventually(async () => (await fetch(`${url.gateway}/readyz`)).status === 200);
  });

  afterAll(async () => {
    for (const backend of backends) await backend.close();
    image.remove();
  });

  it("answers on the routes that Kubernetes asks", async () => {
    const asked = [
      [url.prober, sidecar.livenessProbe],
      [url.gateway, gatewayContainer.livenessProbe],
      [url.gateway, gatewayContainer.readinessProbe],
    ] as const;
    for (const [base, probe] of asked) {
      const { status } = await fetch(`${base}${probe?.httpGet.path}`);
      expect(`${probe?.httpGet.path} ${status}`).toMatch(/^\/(livez|readyz) 200$/);
    }
  });

  it("is healthy by its own health check, and tells details to the master key alone", async () => {
    const at = ["--prober-url", url.prober];
    const check = services.prober.healthcheck?.test ?? [];
    expect(check.slice(0, 2)).toEqual(["CMD", "rollcall"]);
    const config = ["--config", image.at("/etc/rollcall/config.yaml")];
    const [healthy, known, unknown] = await Promise.all([
      rollcall([...check.slice(2), ...at]),
      rollcall(["status", ...config, ...at], { env: environment }),
      rollcall(["status", ...at]),
    ]);
    expect(healthy).toMatchObject({ code: 0, out: "" });
    expect(known.code).toBe(0);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("wants the master key") });
  });

  it("has every metric and label that alerts and dashboard name", async () => {
    const key = environment["LITELLM_MASTER_KEY"];
    expect(await chat(url.gateway, { model: "coder", stream: true }, key)).toMatchObject({ status: 200 });
    backends[0]?.control.fault("reset", { count: 1 });
    expect(await chat(url.gateway, { model: "default" }, key)).toMatchObject({ status: 200 });
    await scrape();
    backends[0]?.control.rename(["another"]);
    await chat(url.gateway, { model: "default" }, key);
    await scrape();

    const texts = [...drawn, read("prometheus/rules.yaml"), read("prometheus/rules.test.yaml")];
    const named = texts.flatMap((text) => [...text.matchAll(/\b(rollcall_[a-z_]+)(?:\{([^}]*)\})?/g)]);
    expect(new Set(named.map(([, name = ""]) => name)).size).toBeGreaterThan(12);
    for (const [, name = "", selector = ""] of named) {
      const labels = scraped.get(name);
      expect(labels, `${name} is no metric of these daemons`).toBeDefined();
      for (const [, label = ""] of selector.matchAll(/(\w+)=/g)) {
        if (label === "instance" || labels?.size === 0) continue;
        expect([...(labels ?? [])], `${name} by ${label}`).toContain(label);
      }
    }
    const known = new Set(["instance", ...[...scraped.values()].flatMap((labels) => [...labels])]);
    const grouped = texts.flatMap((text) => [...text.matchAll(/\b(?:by|without) \(([^)]*)\)/g)]);
    for (const [, list = ""] of grouped)
      for (const label of list.split(", ")) expect([...known]).toContain(label);
  });

  it("ends cleanly on SIGTERM, the gateway first", async () => {
    const [prober, gateway] = daemons;
    expect((await gateway?.stop())?.code).toBe(0);
    expect((await prober?.stop())?.code).toBe(0);
  });
});

describe("alerts", () => {
  const promtool = has("promtool");

  it("name every reason once, except those that pass by themselves or were meant", () => {
    const named = rules.flatMap(({ expr }) => /\breason=~?"([^"]*)"/.exec(expr)?.[1]?.split("|") ?? []);
    const quiet = ["ok", "unknown", "loading", "asleep", "draining"];
    expect([...named, ...quiet].toSorted()).toEqual([...REASON_CODES].toSorted());
  });

  it("name the scrape jobs, and each is tried by a test", () => {
    const jobs = [...read("prometheus/scrape.yaml").matchAll(/job_name: (\S+)/g)].map((match) => match[1]);
    const asked = rules.flatMap(({ expr }) => /\bjob=~?"([^"]*)"/.exec(expr)?.[1]?.split("|") ?? []);
    expect(asked).toEqual(jobs);
    const tests = read("prometheus/rules.test.yaml");
    for (const { alert } of rules) {
      expect(tests).toMatch(new RegExp(`alertname: ${alert}, exp_alerts: \\[\\]`));
      expect(tests).toMatch(new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`));
    }
  });

  it.skipIf(!promtool)("pass promtool's check and their own tests", async () => {
    const cwd = path.join(DEPLOY, "prometheus");
    expect(await complaints("promtool", ["check", "rules", "rules.yaml"], cwd)).toBe("");
    expect(await complaints("promtool", ["test", "rules", "rules.test.yaml"], cwd)).toBe("");
    expect(await complaints("promtool", ["check", "config", "--syntax-only", "scrape.yaml"], cwd)).toBe("");
  });

  it.skipIf(!promtool)("and the dashboard's queries are PromQL", async () => {
    const queries = drawn.map((expr, index) => ({
      record: `dashboard:${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$alias", ".*"),
    }));
    // JSON is YAML.
    const files = temporary({ "rules.yaml": JSON.stringify({ groups: [{ name: "all", rules: queries }] }) });
    const said = await complaints("promtool", ["check", "rules", files.path("rules.yaml")]);
    files.remove();
    expect(said).toBe("");
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("systemd", () => {
  const systemdAnalyze = has("systemd-analyze");
  const files = temporary({});
  const command = files.path("rollcall");
  const here = (text: string) => text.replaceAll("/usr/local/bin/rollcall", command);

  beforeAll(() => {
    writeFileSync(command, "#!/bin/sh\n");
    chmodSync(command, 0o755);
    writeFileSync(files.path("rollcall-gateway.service"), here(units.gateway));
    writeFileSync(files.path("rollcall-gateway.socket"), units.socket);
    writeFileSync(files.path("rollcall-prober.service"), here(units.prober));
    writeFileSync(files.path("rollcall-control.service"), here(units.control));
    writeFileSync(files.path("my-app.service"), "[Service]\nExecStart=/bin/true\n");
    mkdirSync(files.path("my-app.service.d"));
    writeFileSync(files.path("my-app.service.d/wait-for-models.conf"), here(units.drop));
    writeFileSync(files.path("vllm.service"), "[Service]\nExecStart=/bin/true\n");
    mkdirSync(files.path("vllm.service.d"));
    writeFileSync(files.path("vllm.service.d/rollcall.conf"), here(units.server));
    mkdirSync(files.path("rollcall-.service.d"));
    writeFileSync(files.path("rollcall-.service.d/credentials.conf"), read("systemd/credentials.conf"));
    for (const name of ["gateway", "prober", "control"] as const)
      writeFileSync(files.path(`rollcall-${name}@.service`), here(templateUnit(units[name])));
  });

  afterAll(() => files.remove());

  it.skipIf(!systemdAnalyze)("takes the units and the drop-in without a word", async () => {
    const names = [
      "rollcall-prober.service",
      "rollcall-control.service",
      "rollcall-gateway.service",
      "rollcall-gateway.socket",
      "rollcall-gateway@batch.service",
      "rollcall-control@batch.service",
      "my-app.service",
      "vllm.service",
    ];
    expect(await complaints("systemd-analyze", ["verify", ...names.map(files.path)])).toBe("");
  });

  it.skipIf(!systemdAnalyze)("calls the daemons' exposure low", async () => {
    for (const name of ["rollcall-prober.service", "rollcall-control.service", "rollcall-gateway.service"]) {
      const args = ["security", "--offline=yes", "--threshold=20", "--no-pager", files.path(name)];
      expect(await complaints("systemd-analyze", args)).toBe("");
    }
  });
});

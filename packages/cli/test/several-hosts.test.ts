import { once } from "node:events";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { startSimulator } from "@rollcall/simulator";
import { loadConfig } from "@rollcall/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, RunningCommand, SteadyLoad, temporary } from "./harness.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

// The parser that reads the config, where it is installed.
const yaml = createRequire(path.join(ROOT, "packages/contract/package.json"))("yaml") as {
  parseAllDocuments(text: string): readonly { toJS(): unknown }[];
};

const KEY = "sk-test";

/** A port that nothing listens on: a config must name it before the prober is there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A command whose files are its own, as on a host of its own. */
class Host {
  readonly #config: string;
  readonly #args: readonly string[];
  running: RunningCommand;

  constructor(config: string, ...args: readonly string[]) {
    this.#config = config;
    this.#args = args;
    this.running = this.#run();
  }

  async killAndStartAgain(between: () => Promise<void>): Promise<void> {
    await this.running.stop("SIGKILL");
    await between();
    this.running = this.#run();
  }

  #run(): RunningCommand {
    const [command = "", ...args] = this.#args;
    return new RunningCommand([command, "--config", this.#config, ...args]);
  }
}

describe("a gateway and two probers, each on a host of its own", () => {
  it(
    "loses no request while one prober after the other is killed and comes back",
    { timeout: 90_000 },
    async () => {
      const backend = await startSimulator();
      const ports = [await freePort(), await freePort()];
      const files = temporary({});
      const config = `model_list:
  - model_name: good
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${backend.url}"}
general_settings: {master_key: ${KEY}}
rollcall:
  prober: {interval: 1s}
  state: {file: state.json, on_stale: refuse, probers: [${ports.map((port) => `"http://127.0.0.1:${port}"`).join()}]}
`;
      const fileFor = (host: string) => {
        mkdirSync(files.path(host));
        writeFileSync(path.join(files.path(host), "config.yaml"), config);
        return path.join(files.path(host), "config.yaml");
      };
      // Bound wide they answer to the master key alone.
      const probers = ports.map(
        (port, index) =>
          new Host(fileFor(`prober-${index}`), "prober", "--host", "0.0.0.0", "--port", String(port)),
      );
      const { running: gateway } = new Host(fileFor("gateway"), "gateway", "--port", "0");
      onTestFinished(async () => {
        await Promise.all([gateway, ...probers.map(({ running }) => running)].map((one) => one.stop()));
        await backend.close();
        files.remove();
      });
      const url = (await gateway.sees(/"address":"([^"]+)"/))[1] ?? "";
      const verbose = async () => (await fetch(`${url}/readyz?verbose`)).text();
      await eventually(async () => /snapshot is fresh/.test(await verbose()), 20_000);

      const load = new SteadyLoad({ gateway: url, model: "good", perSecond: 20, key: KEY });
      for (const prober of probers) {
        await load.sends(20);
        // Four seconds' worth: without the other prober the snapshot would be stale after three.
        await prober.killAndStartAgain(() => load.sends(80));
        await prober.running.sees(/prober listens/);
      }
      const sent = await load.stop();
      expect(sent.length).toBeGreaterThan(100);
      expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
      expect(await verbose()).toMatch(/snapshot is fresh/);
      // Neither the key nor where the probers are is in the log.
      expect(gateway.out).toContain("prober 1: ");
      expect(gateway.out).not.toContain(KEY);
      for (const port of ports) expect(gateway.out).not.toContain(String(port));
    },
  );
});

describe("deploy/kubernetes/several-hosts.yaml", () => {
  const text = readFileSync(path.join(ROOT, "deploy/kubernetes/several-hosts.yaml"), "utf8");
  interface Kind {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly data?: Readonly<Record<string, string>>;
    readonly spec?: Record<string, unknown>;
  }
  const objects = yaml.parseAllDocuments(text).map((document) => document.toJS() as Kind);
  const of = (kind: string) => objects.filter((object) => object.kind === kind);

  it("has a config without faults, which names each prober of the StatefulSet and its port", () => {
    const files = temporary({ "config.yaml": of("ConfigMap")[0]?.data?.["config.yaml"] ?? "" });
    onTestFinished(() => files.remove());
    const { config, problems } = loadConfig(files.path("config.yaml"), {}, { inContainer: true });
    const [set] = of("StatefulSet");
    const { replicas = 0, serviceName = "" } = (set?.spec ?? {}) as {
      replicas?: number;
      serviceName?: string;
    };
    expect(problems).toEqual([]);
    expect(config?.state.probers).toEqual(
      Array.from(
        { length: replicas },
        (_, index) => `http://${set?.metadata.name}-${index}.${serviceName}:${config?.prober.port}`,
      ),
    );
    expect(of("Service").find(({ metadata }) => metadata.name === serviceName)?.spec).toMatchObject({
      clusterIP: "None",
      ports: [{ port: config?.prober.port }],
    });
  });

  it("selects by labels that its pods carry", () => {
    const selected = of("Deployment").concat(of("StatefulSet"));
    const labels = selected.map(
      ({ spec }) => (spec as { template: { metadata: { labels: object } } }).template.metadata.labels,
    );
    expect(labels).toHaveLength(2);
    for (const [index, { spec }] of selected.entries()) {
      expect((spec as { selector: { matchLabels: object } }).selector.matchLabels).toEqual(labels[index]);
    }
    for (const { spec } of of("Service")) expect(labels).toContainEqual(spec?.["selector"]);
  });
});

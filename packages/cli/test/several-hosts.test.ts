import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startSimulator } from "@rollcall/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "@rollcall/testkit";
import { eventually, RunningCommand, SteadyLoad, temporary } from "./harness.ts";

const KEY = "sk-test";

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

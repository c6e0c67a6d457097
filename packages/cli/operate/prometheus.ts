import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { freePort } from "@rollcall/testkit";
import { eventually } from "../test/harness.ts";

export const isInstalled = spawnSync("prometheus", ["--version"]).error === undefined;

/** The labels of a series, its name among them. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A real Prometheus that scrapes every three seconds. */
export class Prometheus {
  readonly #process: ChildProcess;
  readonly #url: string;
  readonly #startedAt = Date.now() / 1_000;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.#url = `http://127.0.0.1:${port}/api/v1`;
  }

  /** `targets`: URLs by the name of their job. Its files go where `path` says. */
  static async start(
    targets: Readonly<Record<string, string>>,
    path: (name: string) => string,
  ): Promise<Prometheus> {
    const scrape_configs = Object.entries(targets).map(([job_name, url]) => ({
      job_name,
      static_configs: [{ targets: [new URL(url).host] }],
    }));
    // JSON is YAML.
    writeFileSync(
      path("prometheus.yml"),
      JSON.stringify({ global: { scrape_interval: "3s" }, scrape_configs }),
    );
    const port = await freePort();
    const child = spawn(
      "prometheus",
      [
        `--config.file=${path("prometheus.yml")}`,
        `--storage.tsdb.path=${path("tsdb")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--enable-feature=exemplar-storage",
      ],
      { stdio: "ignore" },
    );
    const prometheus = new Prometheus(child, port);
    const jobs = Object.keys(targets).length;
    await eventually(async () => {
      const up = await prometheus.query("up == 1").catch(() => []);
      return up.length === jobs;
    }, 60_000);
    return prometheus;
  }

  async query(expression: string): Promise<readonly Sample[]> {
    const data = await this.#get<{ result: { metric: Labels; value: [number, string] }[] }>("query", {
      query: expression,
    });
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Why its last scrapes failed, where they did. */
  async scrapeErrors(): Promise<readonly string[]> {
    const { activeTargets } = await this.#get<{ activeTargets: { lastError: string }[] }>("targets", {});
    return activeTargets.map(({ lastError }) => lastError).filter((text) => text !== "");
  }

  /** Every series that it has seen. */
  series(selector: string): Promise<readonly Labels[]> {
    const [start, end] = [String(this.#startedAt - 60), String(Date.now() / 1_000 + 60)];
    return this.#get("series", { "match[]": selector, start, end });
  }

  async exemplars(selector: string): Promise<readonly Labels[]> {
    const [start, end] = [String(this.#startedAt - 60), String(Date.now() / 1_000 + 60)];
    const found = await this.#get<{ exemplars: { labels: Labels }[] }[]>("query_exemplars", {
      query: selector,
      start,
      end,
    });
    return found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels));
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, "exit");
  }

  async #get<T>(route: string, parameters: Record<string, string>): Promise<T> {
    const answer = await fetch(`${this.#url}/${route}?${new URLSearchParams(parameters).toString()}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }
}

/** What `promtool check metrics` says of a page; "" where it has nothing to say. */
export function lintMetrics(page: string): string {
  const { stdout, stderr, status } = spawnSync("promtool", ["check", "metrics"], {
    input: page,
    encoding: "utf8",
  });
  return status === 0 ? stdout + stderr : `${status} ${stdout}${stderr}`;
}

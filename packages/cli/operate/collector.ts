import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { installOnce, runSteps } from "@rollcall/testkit";
import { eventually } from "../test/harness.ts";

/** Both of one release, so that they fit. */
const VERSION = "0.161.0";

const FOLDER = path.join(import.meta.dirname, ".collector");
const PROGRAM = path.join(FOLDER, "dist/otelcol");
const PARTS = path.join(FOLDER, "builder.yaml");

/** OpenTelemetry's own collector, with what takes OTLP and what writes a file. */
const BUILDER = `dist: { name: otelcol, output_path: ${FOLDER}/dist, version: ${VERSION} }
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v${VERSION}
exporters:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v${VERSION}
`;

/** The program: that of the variable OTELCOL, else one that Go builds here, once. Resolves with its path, or why there is none. */
export async function findCollector(): Promise<{ readonly program: string } | { readonly why: string }> {
  const named = process.env["OTELCOL"];
  if (named !== undefined && existsSync(named)) return { program: named };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(PARTS, BUILDER);
  const env = { PATH: process.env["PATH"] ?? "", GOBIN: FOLDER };
  const why = await installOnce(FOLDER, [PARTS], () =>
    runSteps(
      [
        ["go", "install", `go.opentelemetry.io/collector/cmd/builder@v${VERSION}`],
        [path.join(FOLDER, "builder"), "--config", PARTS],
      ],
      { env },
    ),
  );
  return why === undefined ? { program: PROGRAM } : { why };
}

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface Collector {
  readonly url: string;
  /** What it says of itself. */
  readonly log: () => string;
  /** What it has written. */
  readonly spans: () => readonly CollectedSpan[];
  readonly stop: () => Promise<void>;
}

/** A collector that writes what it takes. */
export async function startCollector(program: string, port: number): Promise<Collector> {
  const directory = path.join(os.tmpdir(), `rollcall-collector-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  const [file, config] = [path.join(directory, "spans.json"), path.join(directory, "config.yaml")];
  writeFileSync(
    config,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { file: { path: ${file}, flush_interval: 100ms } }
service: { telemetry: { metrics: { level: none } }, pipelines: { traces: { receivers: [otlp], exporters: [file] } } }
`,
  );
  const child = spawn(program, ["--config", config], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (piece: Buffer) => (log += piece.toString("utf8")));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await eventually(() => (log.includes("Everything is ready") ? true : null), 30_000).catch(() => {
    throw new Error(`the collector does not start: ${log}`);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    spans: () => (existsSync(file) ? readSpans(readFileSync(file, "utf8")) : []),
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** OTLP's JSON, as the file exporter writes it: a line for each export. */
interface Line {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly WrittenSpan[] }[];
  }[];
}

type WrittenValue = Readonly<
  Partial<Record<"stringValue" | "intValue" | "doubleValue" | "boolValue", string | number | boolean>>
>;

interface WrittenSpan extends Omit<CollectedSpan, "attributes"> {
  readonly attributes: readonly { readonly key: string; readonly value: WrittenValue }[];
}

function readSpans(text: string): readonly CollectedSpan[] {
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => (JSON.parse(line) as Line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map((span) => ({
      ...span,
      attributes: Object.fromEntries(
        span.attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]),
      ),
    }));
}

import { writeFileSync } from "node:fs";
import path from "node:path";
import { Child } from "../../peers/child.ts";
import type { Site } from "../site.ts";
import type { RunningSystem } from "../systems/system.ts";

/** As many requests as it takes, each connection sending the next one when it has its answer. */
export interface ClosedLoop {
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface ClosedLoopResult {
  readonly requests: number;
  /** Answers above 399, and broken or silent connections. */
  readonly errors: number;
  readonly perSecond: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Aim {
  readonly site: Site;
  readonly system: RunningSystem;
}

const REPORT = /^report (.*)$/m;

export async function runWrk({ site, system }: Aim, load: ClosedLoop): Promise<ClosedLoopResult> {
  const file = (name: string) => path.join(site.directory, name);
  writeFileSync(file("body"), load.body);
  const headers = Object.entries({ ...system.headers, "content-type": "application/json" });
  writeFileSync(file("load.lua"), script(file("body"), headers));
  const { connections, seconds } = load;
  const size = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s"];
  const args = [...size, "-s", file("load.lua"), `${system.url}${load.path}`];
  const child = new Child("wrk", args);
  const how = await child.allRead;
  const report = REPORT.exec(child.output)?.[1];
  if (report === undefined) throw new Error(`wrk did not report (${how}): ${child.output}`);
  return JSON.parse(report) as ClosedLoopResult;
}

function script(bodyFile: string, headers: readonly (readonly [string, string])[]): string {
  const lines = headers.map(([name, value]) => `wrk.headers[${quote(name)}] = ${quote(value)}`);
  return `wrk.method = "POST"
local file = io.open(${quote(bodyFile)}, "rb")
wrk.body = file:read("*a")
file:close()
${lines.join("\n")}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'report {"requests":%d,"errors":%d,"perSecond":%f,"p50":%f,"p99":%f}\\n',
    summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
    summary.requests / (summary.duration / 1000000), latency:percentile(50), latency:percentile(99)))
end
`;
}

/** A Lua string: JSON's escapes of what stands in headers and paths are Lua's too. */
function quote(text: string): string {
  return JSON.stringify(text);
}

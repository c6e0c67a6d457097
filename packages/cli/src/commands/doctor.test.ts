import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { chmodSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { Command } from "commander";
import { systemClock } from "@rollcall/runtime";
import { startSimulator, type CertificateKind } from "@rollcall/simulator";
import { parseTar } from "nanotar";
import { expect, onTestFinished, test } from "vitest";
import { temporary } from "../../test/harness.ts";
import type { CheckFinding } from "../doctor/finding.ts";
import { addDoctor } from "./doctor.ts";

const MASTER = "sk-master-4711-not-to-be-seen";
const BACKEND = "sk-backend-4712-not-to-be-seen";
const PIN = "pin-4713-not-to-be-seen";
const NAMED = "gpu-17.secret-lab.example";
const LEFT_OUT = "gpu-18.secret-lab.example";

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

async function backend(tls?: CertificateKind): Promise<string> {
  const simulator = await startSimulator({ servedNames: ["m"], apiKeys: [BACKEND], ...(tls && { tls }) });
  onTestFinished(() => simulator.close());
  return simulator.url;
}

/** As the daemons of `name` answer, whose clock is off by so much. */
function daemon(name: string, skewMs = 0): RequestListener {
  const status = {
    prober: {
      version: "0.0.9",
      configFault: `x: found "${NAMED}"`,
      settingsNeedRestart: [],
      initialRoundDone: true,
    },
    deployments: [],
  };
  const bodies: Readonly<Record<string, string>> = {
    "/metrics": `# HELP x\nrollcall_${name}_config_fault 0\n`,
    "/status": JSON.stringify(status),
  };
  return ({ url = "", headers }, response) => {
    const mayRead = headers.authorization === `Bearer ${MASTER}`;
    response.writeHead(mayRead ? 200 : 401, { date: new Date(systemClock.now() + skewMs).toUTCString() });
    response.end(mayRead ? (bodies[url] ?? "[!] a note on 10.9.8.7\nready\n") : "");
  };
}

interface Ran {
  readonly code: number;
  readonly out: string;
  /** Of one check, `state subject`. */
  of(check: string): readonly string[];
}

async function doctor(config: string, ...args: readonly string[]): Promise<Ran> {
  let out = "";
  let code = -1;
  const terminal = {
    out: (text: string) => void (out += text),
    err: () => {},
    logTo: () => terminal,
    interactive: false,
    paint: (_style: string, text: string) => text,
    env: { MASTER, BACKEND, XDG_RUNTIME_DIR: "/nowhere/at/all" },
  };
  const program = new Command().exitOverride();
  addDoctor(program, { terminal, finish: (result) => void (code = result) });
  await program.parseAsync(["doctor", "--config", config, ...args], { from: "user" });
  const findings = (): readonly CheckFinding[] => (JSON.parse(out) as { findings: CheckFinding[] }).findings;
  return {
    code,
    out,
    of: (wanted) =>
      findings()
        .filter(({ check }) => check === wanted)
        .map(({ state, subject }) => `${state} ${subject}`),
  };
}

test("a site with a fault of each kind is told as it is, and the bundle has neither its keys nor its hosts", async () => {
  const [good, expired, selfSigned] = [
    await backend(),
    await backend("expired"),
    await backend("self-signed"),
  ];
  const [gatewayPort, proberPort] = [
    await serve((_asked, response) => response.writeHead(404, { server: "nginx" }).end()),
    await serve(daemon("prober", 90_000)),
  ];
  const entry = (alias: string, base: string, more = "") =>
    `  - {model_name: ${alias}, litellm_params: {model: openai/m, api_base: "${base}/v1", api_key: os.environ/BACKEND${more}}, model_info: {id: ${alias}-1}}\n`;
  const files = temporary({
    "config.yaml": `# ${NAMED}
model_list:
${entry("good", good)}${entry("expired", expired)}${entry("trusted", selfSigned, ", ssl_verify: false")}${entry("away", `http://${NAMED}`, `, extra_headers: {x-pin: ${PIN}}`)}${entry("odd", `ftp://${LEFT_OUT}`)}
general_settings: {master_key: os.environ/MASTER}
rollcall: {gateway: {port: ${gatewayPort}}, prober: {port: ${proberPort}}, state: {file: state/state.json}}
`,
    "daemon.log": `{"level":"info","client":"192.168.44.5","msg":"request rejected","at":"${NAMED}","key":"${BACKEND}"}\n`,
  });
  onTestFinished(() => files.remove());
  const bundle = files.path("bundle.tar");
  const ran = await doctor(
    files.path("config.yaml"),
    "--json",
    "--bundle",
    bundle,
    "--log",
    files.path("daemon.log"),
  );

  expect(ran.code).toBe(1);
  expect(ran.of("config")).toEqual([`warn ${files.path("config.yaml")}`, "warn odd"]);
  expect(ran.of("permissions")).toEqual([expect.stringMatching(/config\.yaml$|^ok files$/)]);
  expect(ran.of("state")).toEqual([`fail ${files.path("state")}`, `fail ${files.path("state/state.json")}`]);
  expect(ran.of("versions")).toEqual(["ok Node.js", "warn prober"]);
  expect(ran.of("daemons")).toEqual([
    `fail gateway at http://127.0.0.1:${gatewayPort}`,
    `ok prober at http://127.0.0.1:${proberPort}`,
  ]);
  expect(ran.of("clocks")).toEqual([`warn prober at http://127.0.0.1:${proberPort}`]);
  expect(ran.of("names")).toContain(`fail ${NAMED}`);
  expect(ran.of("certificates")).toEqual([`fail ${expired}`, `warn ${selfSigned}`]);
  expect(ran.of("backends")).toEqual([
    "ok good (good-1)",
    "fail expired (expired-1)",
    "ok trusted (trusted-1)",
    "fail away (away-1)",
  ]);
  for (const key of [MASTER, BACKEND, PIN]) expect(ran.out).not.toContain(key);

  const bytes = readFileSync(bundle);
  expect(statSync(bundle).mode & 0o777).toBe(0o600);
  const told = [MASTER, BACKEND, PIN, NAMED, LEFT_OUT, "secret-lab", "192.168.44.5", "10.9.8.7"];
  expect(told.filter((secret) => bytes.includes(secret))).toEqual([]);
  const parts = new Map(
    parseTar(Uint8Array.from(bytes)).map(({ name, text }) => [name.replace("rollcall-bundle/", ""), text]),
  );
  expect([...parts.keys()]).toEqual([
    "doctor.json",
    "check.txt",
    "versions.json",
    "config.yaml",
    "settings.json",
    "snapshot.json",
    "gateway-metrics.txt",
    "gateway-readyz.txt",
    "prober-metrics.txt",
    "prober-readyz.txt",
    "prober-status.json",
    "log-1.txt",
  ]);
  // The same host has the same name in all of them, so that they can be read together.
  const named = /"at":"(host-\d+)"/.exec(parts.get("log-1.txt") ?? "")?.[1] ?? "none";
  expect(parts.get("config.yaml")).toContain(`api_base: http://${named}/v1`);
  expect(parts.get("doctor.json")).toContain(`"subject": "${named}"`);
  expect(parts.get("config.yaml")).toContain('x-pin: "[redacted]"');
  expect(parts.get("settings.json")).toContain(`"port": ${gatewayPort}`);
});

test("a config that cannot be used, or not be found, is the one finding", async () => {
  const files = temporary({ "config.yaml": "model_list: 3\n" });
  onTestFinished(() => files.remove());
  const wrong = await doctor(files.path("config.yaml"));
  expect(wrong.out).toMatch(
    /^fail {2}config {2}\S+config\.yaml: cannot be used: 1 error\n +`rollcall check \S+` names line, column and fix\.\n\n0 ok, 0 warn, 1 fail\n$/,
  );
  const bundle = files.path("b.tar");
  const gone = await doctor(files.path("nowhere.yaml"), "--json", "--bundle", bundle);
  expect([wrong.code, gone.code, gone.of("config")]).toEqual([1, 1, [`fail ${files.path("nowhere.yaml")}`]]);
  expect(parseTar(Uint8Array.from(readFileSync(bundle))).map(({ name }) => name)).toContain(
    "rollcall-bundle/doctor.json",
  );
});

test("a key file that everyone may change is told, and one that cannot be looked at", async () => {
  const good = await backend();
  const entry = (alias: string, key: string) =>
    `{model_name: ${alias}, litellm_params: {model: openai/m, api_base: "${good}", api_key: file/${key}}}`;
  const files = temporary({
    key: BACKEND,
    "config.yaml": `model_list: [${entry("a", "key")}, ${entry("b", "loop")}]\nrollcall: {gateway: {port: 0}, prober: {port: 0}}\n`,
  });
  onTestFinished(() => files.remove());
  chmodSync(files.path("key"), 0o666);
  symlinkSync("loop", files.path("loop"));
  expect((await doctor(files.path("config.yaml"), "--json")).of("permissions")).toEqual([
    `fail ${files.path("key")}`,
    "fail model_list[1].litellm_params.api_key",
  ]);
});

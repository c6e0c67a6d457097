import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { child } from "./child.ts";
import { httpPeer } from "./peer.ts";
import { simulated, site, type Reply } from "./running.ts";
import { until } from "./until.ts";

const SECRETS = {
  environment: "sk-from-environment-8d1c",
  file: "sk-from-file-51ab",
  literal: "sk-literal-9f03",
  header: "header-value-77e2",
  master: "sk-master-c4d5",
  second: "sk-second-literal-11aa",
};

it("no secret is in a log line, a metric, a status or the state file, whatever goes wrong", async () => {
  const [one, two, three] = [
    await simulated({ apiKeys: [SECRETS.environment] }),
    await simulated({ apiKeys: [SECRETS.file] }),
    await simulated({ apiKeys: [SECRETS.literal] }),
  ];
  // A server that throws back whatever it is sent, in every place that a probe looks at.
  const echo = await httpPeer(({ headers }, response) => {
    const said = `${headers.authorization} ${headers["x-team"]?.toString()}`;
    response.writeHead(502, said, { "x-echo": said, server: said }).end(`<html>${said}`);
  });
  const entries = [
    { alias: "environment", base: one.url, key: "os.environ/BACKEND_KEY" },
    { alias: "file", base: two.url, key: "file/key" },
    { alias: "literal", base: three.url, key: SECRETS.literal },
    {
      alias: "echo",
      base: `http://${echo.address}`,
      key: SECRETS.literal,
      headers: { "X-Team": SECRETS.header },
    },
  ];
  const place = site(entries, { masterKey: SECRETS.master });
  writeFileSync(path.join(place.directory, "key"), `${SECRETS.file}\n`);
  const prober = await child(place, { BACKEND_KEY: SECRETS.environment });
  const said: (string | Reply)[] = [];
  const listen = async (): Promise<void> => {
    for (const route of [
      "/readyz?verbose",
      "/readyz/file?verbose",
      "/status",
      "/events",
      "/explain/echo",
      "/metrics",
      "/nowhere",
    ])
      said.push(await prober.get(route));
    said.push(readFileSync(place.stateFile, "utf8"));
  };

  const all = (...reasons: readonly string[]) =>
    until(() => Object.values(place.reasons()).join() === reasons.join());
  await all("ok", "ok", "ok", "proxy_error");
  await listen();
  for (const { control } of [one, two, three]) control.setKeys(["another"]);
  await all("wrong_key", "wrong_key", "wrong_key", "proxy_error");
  await listen();
  one.control.fault("not-http");
  two.control.fault("reset-all");
  three.control.fault("html");
  await all("not_openai", "down", "not_openai", "proxy_error");
  await listen();
  // Literals in a config with errors, in a good one, and a secret that is gone.
  const refused = () => prober.lines().filter(({ msg }) => msg.startsWith("config not reloaded")).length;
  for (const [index, text] of [
    "model_list: [",
    `general_settings: {master_key: [${SECRETS.second}]}`,
  ].entries()) {
    writeFileSync(place.configFile, text);
    prober.process.kill("SIGHUP");
    await until(() => refused() > index);
    await listen();
  }
  place.write([...entries, { alias: "more", base: one.url, key: SECRETS.second }], {
    masterKey: SECRETS.master,
  });
  prober.process.kill("SIGHUP");
  await until(() => place.reasons()["more"] === "not_openai");
  await listen();
  expect(await prober.end("SIGTERM")).toBe(0);

  const output = prober.output();
  expect(prober.lines().filter(({ msg }) => msg === "deployment changed").length).toBeGreaterThanOrEqual(11);
  expect(output).toContain("config reloaded");
  expect(JSON.stringify(said)).toContain("rollcall_deployment_ready");
  for (const secret of Object.values(SECRETS)) {
    expect(output).not.toContain(secret);
    expect(JSON.stringify(said)).not.toContain(secret);
  }
});

it("no host of a backend is in a log line, a metric or a readiness answer", async () => {
  const server = await simulated();
  const base = server.url.replace("127.0.0.1", "localhost");
  const place = site([
    { alias: "a", base },
    { alias: "b", base: "http://gpu-1.invalid:8000" },
  ]);
  const prober = await child(place);
  await until(() => place.reasons()["b"] === "dns");
  server.control.rename(["qwen"]);
  await until(() => place.reasons()["a"] === "wrong_name");
  await server.control.kill();
  await until(() => place.reasons()["a"] === "down");
  const told = await Promise.all(["/readyz?verbose", "/metrics"].map((route) => prober.get(route)));
  expect(await prober.end("SIGTERM")).toBe(0);
  // What is warned of the config itself quotes the config, and is there before anything is asked.
  const lines = prober.lines().filter(({ msg }) => !msg.includes("config.yaml:"));
  expect(lines.filter(({ msg }) => msg === "deployment changed")).toHaveLength(4);
  for (const text of [...lines.map((line) => JSON.stringify(line)), ...told.map((reply) => reply.text)]) {
    expect(text).not.toMatch(/localhost|gpu-1|invalid/);
    expect(text).not.toContain(`:${server.port}`);
  }
});

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { freePort, Program, run, runSteps } from "@rollcall/testkit";
import { Agent, fetch } from "undici";
import { eventually } from "../test/harness.ts";
import { BIN, CACHE, findGo, ofGo, refuse } from "./kubernetes-tools.ts";

const KUBERNETES = "1.37.2";
const ETCD = "v3.6.16";

interface Source {
  readonly name: string;
  readonly main: string;
  /** Arguments of `go mod edit`. */
  readonly requires: (go: string) => Promise<readonly string[]>;
  readonly flags: readonly string[];
}

const SOURCES: readonly Source[] = [
  {
    name: "etcd",
    main: `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`,
    requires: async () => [`-require=go.etcd.io/etcd/server/v3@${ETCD}`],
    flags: [],
  },
  {
    name: "kube-apiserver",
    main: `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
`,
    requires: stagedModules,
    flags: [
      "-ldflags",
      `-s -w -X k8s.io/component-base/version.gitVersion=v${KUBERNETES} -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${KUBERNETES.split(".")[1]}`,
    ],
  },
];

/** Kubernetes names parts of its own tree, which are published as modules beside it: v1.37.2 goes with v0.37.2. */
async function stagedModules(go: string): Promise<readonly string[]> {
  const module = `k8s.io/kubernetes@v${KUBERNETES}`;
  const env = { HOME: os.homedir(), ...ofGo() };
  const { out, err } = await run(go, ["mod", "download", "-json", module], { cwd: CACHE, env });
  const { GoMod } = JSON.parse(out || "{}") as { GoMod?: string };
  if (GoMod === undefined) throw new Error(`go mod download ${module}: ${err || out}`);
  const staged = [...readFileSync(GoMod, "utf8").matchAll(/^\s*(\S+) => \.\/staging/gm)].map(
    ([, name]) => name,
  );
  const version = `v0.${KUBERNETES.split(".").slice(1).join(".")}`;
  return [`-require=${module}`, ...staged.map((name) => `-replace=${name}=${name}@${version}`)];
}

/** Both programs, built where they are not there yet: that takes minutes, once. Throws with why they cannot be. */
async function build(): Promise<void> {
  const go = await findGo();
  for (const { name, main, requires, flags } of SOURCES) {
    const target = path.join(BIN, `${name}-${name === "etcd" ? ETCD : KUBERNETES}`);
    if (existsSync(target)) continue;
    const cwd = path.join(CACHE, "src", name);
    mkdirSync(cwd, { recursive: true });
    writeFileSync(path.join(cwd, "main.go"), main);
    writeFileSync(path.join(cwd, "go.mod"), `module built/${name}\n\ngo 1.26\n`);
    const steps = [
      [go, "mod", "edit", ...(await requires(go))],
      [go, "mod", "tidy"],
      [go, "build", ...flags, "-o", target, "."],
    ] as const;
    refuse(await runSteps(steps, { cwd, env: { ...ofGo(), GOFLAGS: "-mod=mod -buildvcs=false" } }));
  }
}

const TOKEN = "of-this-run";

/** A Kubernetes API server with its etcd: everything is accepted or refused as in a cluster, and nothing is run. */
export class ApiServer {
  readonly version = KUBERNETES;
  readonly #programs: readonly Program[];
  readonly #url: string;
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } });
  /** A file for clients. */
  readonly kubeconfig: string;

  private constructor(programs: readonly Program[], url: string, directory: string) {
    this.#programs = programs;
    this.#url = url;
    this.kubeconfig = path.join(directory, "kubeconfig");
    // JSON is YAML.
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "this", cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "admin", user: { token: TOKEN } }],
      contexts: [{ name: "this", context: { cluster: "this", user: "admin" } }],
      "current-context": "this",
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
  }

  /** Builds it where it is not there, starts it in a directory of the caller's, and waits until it is ready. */
  static async start(directory: string): Promise<ApiServer> {
    await build();
    const [clients, peers, secure] = [await freePort(), await freePort(), await freePort()];
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const key = path.join(directory, "sa.key");
    writeFileSync(key, privateKey.export({ type: "pkcs1", format: "pem" }));
    const tokens = path.join(directory, "tokens.csv");
    writeFileSync(tokens, `${TOKEN},admin,1,"system:masters"\n`);
    const etcd = new Program(path.join(BIN, `etcd-${ETCD}`), [
      `--data-dir=${path.join(directory, "etcd")}`,
      `--listen-client-urls=${onLoopback(clients)}`,
      `--advertise-client-urls=${onLoopback(clients)}`,
      `--listen-peer-urls=${onLoopback(peers)}`,
      "--log-level=error",
    ]);
    const server = new Program(path.join(BIN, `kube-apiserver-${KUBERNETES}`), [
      `--etcd-servers=${onLoopback(clients)}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${secure}`,
      `--cert-dir=${path.join(directory, "certificates")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      `--token-auth-file=${tokens}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      // It would wait for a controller to make the namespace's account.
      "--disable-admission-plugins=ServiceAccount",
    ]);
    const started = new ApiServer([server, etcd], `https://127.0.0.1:${secure}`, directory);
    const isReady = () =>
      started.request("GET", "/readyz").then(
        ({ status }) => status === 200,
        () => false,
      );
    await eventually(isReady, 120_000).catch(() => {
      throw new Error(
        `the API server does not get ready:\n${server.err.slice(-2_000)}${etcd.err.slice(-2_000)}`,
      );
    });
    return started;
  }

  /** One request; `warnings` are those that `kubectl` would print. */
  async request(
    method: string,
    route: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly warnings: string }> {
    const answer = await fetch(`${this.#url}${route}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: answer.status,
      body: isJson ? JSON.parse(text) : text,
      warnings: answer.headers.get("warning") ?? "",
    };
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    for (const program of this.#programs) await program.stop();
  }
}

function onLoopback(port: number): string {
  return `http://127.0.0.1:${port}`;
}

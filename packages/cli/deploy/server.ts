import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { documentedBlocks } from "../test/shell-blocks.ts";
import { pack } from "./packed.ts";
import { SystemdMachine } from "./systemd-machine.ts";

export const WALK = "packages/docs/walk-server.md";

/** vLLM as the walk's unit finds it: it needs what the drop-in gives, loads for seconds, then serves. */
const VLLM = `#!/bin/sh
set -eu
command -v ninja > /dev/null || { echo "no ninja on the PATH"; exit 1; }
mkdir -p "$HOME/.cache/vllm"
exec node /opt/vllm/simulator.js --api-key "$VLLM_API_KEY" --load 4s --served-model-name qwen3-coder-30b --host 127.0.0.1 --port 8000
`;

/** What a terminal has from one command to the next. */
const KEEP =
  'declare -px | grep -vE " (PATH|HOME|PWD|OLDPWD|SHLVL|NODE_EXTRA_CA_CERTS)=" || true; echo "umask $(umask)"; echo "cd $PWD"';

/** A machine with the package in /root and a vLLM that is a simulator: what the walk begins with. */
export class Server {
  readonly machine: SystemdMachine;
  #before = "cd /root";

  private constructor(machine: SystemdMachine) {
    this.machine = machine;
  }

  /** Throws with what the build or systemd said. */
  static async boot(): Promise<Server> {
    const packed = await pack();
    try {
      const machine = await SystemdMachine.boot();
      const name = path.basename(packed.tarball);
      copyFileSync(packed.tarball, path.join(machine.path("/root"), name));
      mkdirSync(machine.path("/opt/vllm/bin"), { recursive: true });
      copyFileSync(path.join(packed.directory, "simulator.js"), machine.path("/opt/vllm/simulator.js"));
      machine.write("/opt/vllm/package.json", '{"type": "module"}\n');
      machine.write("/opt/vllm/bin/vllm", VLLM, 0o755);
      machine.write("/opt/vllm/bin/ninja", "#!/bin/sh\n", 0o755);
      return new Server(machine);
    } finally {
      packed.remove();
    }
  }

  /**
   * As `boot`, with the walk gone through to its first key: prober, gateway and control as units, credentials, a vLLM that can
   * be called. `$ROLLCALL_URL`, `$ROLLCALL_KEY` (the master key) and `$KEY` are set in its terminal.
   */
  static async installed(): Promise<Server> {
    const server = await Server.boot();
    for (const heading of ["Install", "Keys and config", "Start", "vLLM", "The first key"])
      for (const { script } of documentedBlocks(WALK, heading)) await server.type(script);
    return server;
  }

  /** Runs commands as in one terminal: directory and variables go from one call to the next. Throws where they fail. */
  async type(script: string): Promise<string> {
    const isFetching = /^(npm|apt-get) /m.test(script);
    const out = await this.machine.sh(
      `${this.#before}\nset -aeo pipefail\n${script}\n{ ${KEEP}; } > /run/terminal`,
      isFetching ? { network: "host" } : {},
    );
    this.#before = this.machine.read("/run/terminal");
    return out;
  }

  async stop(): Promise<void> {
    await this.machine.stop();
  }
}

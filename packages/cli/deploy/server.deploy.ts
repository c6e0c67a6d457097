import { noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentedBlocks, unlike } from "../test/shell-blocks.ts";
import { Server, WALK } from "./server.ts";
import { missingForSystemd, type SystemdMachine } from "./systemd-machine.ts";

const PAGE = "deploy/README.md";

const missing = missingForSystemd();
if (missing.length > 0)
  process.stdout.write(
    `skipped, since ${missing.join(" and ")} is not on this machine: a server with systemd\n`,
  );

/** What asks it as soon as it is started. */
const AFTER_VLLM = `[Unit]
Wants=vllm.service
After=vllm.service
[Service]
Type=oneshot
RemainAfterExit=yes
LoadCredential=key:/etc/rollcall/credentials/vllm-key
ExecStart=/bin/sh -c 'curl -sf -H "Authorization: Bearer $(cat $CREDENTIALS_DIRECTORY/key)" http://127.0.0.1:8000/v1/models > /run/asked'
`;

const LITELLM_CONFIG = `model_list:
  - model_name: coder
    litellm_params: {model: openai/qwen3-coder-30b, api_base: "http://127.0.0.1:8000/v1", api_key: KEY}
litellm_settings: {drop_params: true, num_retries: 2}
`;

describe.skipIf(missing.length > 0)("one server, as its walk has it", () => {
  let server: Server;
  let machine: SystemdMachine;
  let before: readonly string[];
  let isLost = false;

  beforeAll(async () => {
    server = await Server.boot();
    machine = server.machine;
    before = (await machine.sh(LISTING)).split("\n");
  });
  afterAll(async () => {
    await server?.stop();
  });

  test.each(documentedBlocks(WALK).map((block) => [block.heading, block.line, block] as const))(
    "%s (line %i)",
    async (heading, _line, { script, prints }) => {
      if (isLost) throw new Error("a step before it failed");
      isLost = true;
      if (heading === "Remove it") await beyondTheWalk();
      const printed = await server.type(script);
      isLost = false;
      expect(unlike(printed, prints)).toBeNull();
    },
  );

  /** What the walk leads to and does not say: on its server, while that stands. */
  async function beyondTheWalk(): Promise<void> {
    const figures = await machine.sh("systemd-analyze security --no-pager | grep -E 'UNIT|rollcall'");
    process.stdout.write(figures);
    const pid = "$(systemctl show -p MainPID --value rollcall-gateway)";
    const environment = await machine.sh(`tr '\\0' '\\n' < /proc/${pid}/environ`);
    expect(environment).toContain("CREDENTIALS_DIRECTORY=/run/credentials/rollcall-gateway.service");
    expect(environment).not.toMatch(/sk-[0-9a-f]{40}/);

    // Both while vLLM loads: what waits for it is not active before it.
    machine.write("/etc/systemd/system/after.service", AFTER_VLLM);
    machine.write("/etc/systemd/system/my-app.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    await machine.sh("systemctl daemon-reload; systemctl stop vllm; systemctl start --no-block vllm after");
    const loading = await machine.run("systemctl is-active vllm after");
    expect(loading.out).toBe("activating\ninactive\n");
    await server.type(documentedBlocks(PAGE, "An app that waits for its models")[0]?.script ?? "");
    await machine.sh("systemctl start after");
    expect(await machine.sh("systemctl is-active my-app vllm after")).toBe("active\nactive\nactive\n");
    expect(machine.read("/run/asked")).toContain('"qwen3-coder-30b"');

    const key = machine.read("/etc/rollcall/credentials/vllm-key").trim();
    machine.write("/root/moving/config.yaml", LITELLM_CONFIG.replace("KEY", key));
    for (const [file, heading, directory] of [
      [PAGE, "Several fleets on one host", "/root"],
      ["packages/docs/operations.md", "Taking a deployment out of use", "/root"],
      ["packages/docs/operations.md", "Virtual keys: backup and restore", "/root"],
      ["packages/docs/migration.md", "What to change", "/root/moving"],
      // Last, since the terminal has the key that is replaced.
      [PAGE, "Credentials", "/root"],
    ] as const)
      for (const { script, prints } of documentedBlocks(file, heading)) {
        const printed = await server.type(`cd ${directory}\n${script}`);
        expect(unlike(printed, prints)).toBeNull();
      }
    const master = machine.read("/etc/rollcall/credentials/master-key").trim();
    const models = `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:4000/v1/models -H 'Authorization: Bearer ${master}'`;
    expect(await machine.sh(models)).toBe("200");

    // A process that is killed is there again, and so is its readiness.
    await machine.sh(
      "systemctl kill --signal=KILL rollcall-prober; sleep 1; systemctl restart rollcall-prober",
    );
    expect(await machine.sh("systemctl is-active rollcall-prober; rollcall wait coder")).toContain(
      "coder: ready",
    );
    await machine.sh("systemctl kill --signal=KILL rollcall-gateway; sleep 4");
    expect(await machine.sh("systemctl is-active rollcall-gateway rollcall-gateway.socket")).toBe(
      "active\nactive\n",
    );
    expect(await machine.sh(models)).toBe("200");
    await machine.sh(
      "systemctl disable --now rollcall-gateway@batch rollcall-prober@batch; systemctl stop my-app after vllm; rm -r /etc/systemd/system/my-app.service*",
    );
  }

  test("nothing is left", async ({ task }) => {
    const version = await machine.sh("systemctl --version");
    noteVersion(task, ["systemd", /\d+/.exec(version)?.[0] ?? ""]);
    const left = (await machine.sh(LISTING)).split("\n").filter((file) => !before.includes(file));
    expect(left.filter((file) => /rollcall/.test(file))).toEqual([]);
    expect((await machine.run("pgrep -af rollcall")).out).toBe("");
  });
});

/** All that lies where an installation puts something. */
const LISTING = "find /etc /usr /var/lib /opt /run/systemd/system -xdev -not -path '*/prometheus/*' | sort";

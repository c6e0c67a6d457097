import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { daemonsOf } from "./health.ts";
import { listeningProcesses } from "./listening.ts";

const running = (title: string, ...addresses: string[]) => ({ pid: 1, title, addresses });

test.each([
  ["nothing", [], []],
  ["a gateway", [running("rollcall gateway", "127.0.0.1:4000")], [["gateway", ["127.0.0.1:4000"]]]],
  [
    "a gateway and its workers, which listen for it",
    [
      running("rollcall gateway"),
      running("rollcall gateway worker 1", "127.0.0.1:4000"),
      running("rollcall gateway worker 2", "127.0.0.1:4000"),
    ],
    [["gateway", ["127.0.0.1:4000"]]],
  ],
  [
    "up, whose gateway is gone",
    [running("rollcall up"), running("rollcall prober", "127.0.0.1:4001")],
    [
      ["gateway", []],
      ["prober", ["127.0.0.1:4001"]],
    ],
  ],
  ["commands that are no daemons", [running("rollcall status"), running("rollcall uptime")], []],
] as const)("%s", (_what, processes, daemons) => {
  expect(daemonsOf(processes).map(({ name, addresses }) => [name, addresses])).toEqual(daemons);
});

describe("what listens", () => {
  const HEADER =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  const row = (local: string, state: string, inode: number) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;

  test("is read from proc: loopback, wildcard, one address, both families; nothing of other processes", () => {
    const proc = mkdtempSync(path.join(os.tmpdir(), "rollcall-proc-"));
    onTestFinished(() => rmSync(proc, { recursive: true }));
    mkdirSync(path.join(proc, "net"));
    const v4 = [
      row("0100007F:0FA0", "0A", 11),
      row("00000000:0FA1", "0A", 12),
      row("0201A8C0:0FA2", "0A", 13),
    ];
    const v6 = [
      row("00000000000000000000000000000000:0FA3", "0A", 14),
      row("0000000000000000FFFF00000100007F:0FA4", "0A", 15),
      row("B80D0120000000000000000001000000:0FA5", "0A", 16),
    ];
    const connected = row("0100007F:0FA0", "01", 17);
    writeFileSync(path.join(proc, "net/tcp"), [HEADER, ...v4, connected, ""].join("\n"));
    writeFileSync(path.join(proc, "net/tcp6"), [HEADER, ...v6, ""].join("\n"));
    for (const [pid, title, inodes] of [
      ["7", "rollcall gateway", [11, 12, 13, 14, 15, 16, 17]],
      ["8", "nginx", [11]],
    ] as const) {
      mkdirSync(path.join(proc, pid, "fd"), { recursive: true });
      writeFileSync(path.join(proc, pid, "cmdline"), `${title}\0`);
      for (const [fd, inode] of inodes.entries())
        symlinkSync(`socket:[${inode}]`, path.join(proc, pid, "fd", String(fd)));
      symlinkSync("/dev/null", path.join(proc, pid, "fd/99"));
    }
    // One that ended while it was looked at.
    mkdirSync(path.join(proc, "9"));
    expect(listeningProcesses("rollcall ", proc)).toEqual([
      {
        pid: 7,
        title: "rollcall gateway",
        addresses: [
          "127.0.0.1:4000",
          "127.0.0.1:4001",
          "192.168.1.2:4002",
          "[::1]:4003",
          "127.0.0.1:4004",
          "[2001:0db8:0000:0000:0000:0000:0000:0001]:4005",
        ],
      },
    ]);
  });

  test.runIf(process.platform === "linux")("is what the kernel says of this process", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
    const { port } = server.address() as { port: number };
    const mine = listeningProcesses("").find(({ pid }) => pid === process.pid);
    expect(mine?.addresses).toContain(`127.0.0.1:${port}`);
  });
});

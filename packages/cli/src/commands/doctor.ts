import type { Command } from "commander";
import { EXIT } from "@rollcall/runtime";
import { CONFIG, findConfig } from "../config-path.ts";
import type { CommandContext } from "../context.ts";
import { writeBundle } from "../doctor/bundle/write-bundle.ts";
import { worstOf } from "../doctor/finding.ts";
import { findingsJson, printFindings } from "../doctor/print-findings.ts";
import { runChecks } from "../doctor/run-doctor.ts";
import { openSite } from "../doctor/site.ts";
import type { Terminal } from "../terminal.ts";

interface DoctorCommandOptions {
  readonly config?: string;
  readonly gatewayUrl?: string;
  readonly proberUrl?: string;
  readonly controlUrl?: string;
  readonly json?: boolean;
  readonly bundle?: string;
  readonly log?: string;
}

export function addDoctor(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("doctor")
    .description(
      "Look at files, permissions, ports, clocks, names, certificates, versions, daemons and backends, and say what to do. Exit 1 where something fails.",
    )
    .option(...CONFIG)
    .option("--gateway-url <url>", "where the gateway listens, instead of the config's address")
    .option("--prober-url <url>", "where the prober listens, instead of the config's address")
    .option("--control-url <url>", "where control listens, instead of the config's address")
    .option("--json", "print everything as one JSON object")
    .option("--bundle <file>", "write a tar for a bug report, too, without keys and hosts")
    .option("--log <file>", "a log for the bundle (default: where the daemons' go to a file)")
    .action(async (options: DoctorCommandOptions) => finish(await doctor(options, terminal)));
}

async function doctor(
  { config: given, json, bundle, log, ...urls }: DoctorCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { env } = terminal;
  const site = await openSite({ configFile: findConfig(given, env), env, ...urls });
  const findings = await runChecks(site);
  terminal.out(
    json === true
      ? `${JSON.stringify(findingsJson(findings), null, 2)}\n`
      : printFindings(findings, terminal),
  );
  if (bundle !== undefined) {
    const { bytes } = await writeBundle(bundle, { site, findings, log: log ?? null });
    terminal.err(
      `rollcall: ${bundle} (${Math.ceil(bytes / 1024)} KiB) is without keys and hosts; look into it before you send it\n`,
    );
  }
  return worstOf(findings) === "fail" ? EXIT.failed : EXIT.ok;
}

import type { Command } from "commander";
import type { RequestLookup } from "@rollcall/gateway";
import { EXIT, systemClock } from "@rollcall/runtime";
import { addAdminOptions, adminRefusal, findAdmin, sendAdmin, type AdminOptions } from "../admin-client.ts";
import type { CommandContext } from "../context.ts";
import { printRequest, printUnknownRequest } from "../request-text.ts";

/** `rollcall explain request ID`: what the gateway remembers of one that has ended. */
export function addExplainRequest(explain: Command, { terminal, finish }: CommandContext): void {
  const command = explain
    .command("request")
    .argument("<id>", "its x-request-id")
    .description(
      "Why a request went where it went: route, attempts, times and tokens. Exit 2 for one not known.",
    );
  addAdminOptions(command, "the gateway (or ROLLCALL_URL; default http://127.0.0.1:4000)").action(
    async (id: string, options: AdminOptions) => {
      const gateway = findAdmin(options, terminal);
      const answer = await sendAdmin(gateway, { path: `/explain/request/${encodeURIComponent(id)}` });
      const lookup: Partial<RequestLookup> | null = answer.value;
      if (lookup?.kept === undefined) throw adminRefusal(gateway, answer);
      const { found } = lookup as RequestLookup;
      const now = systemClock.now();
      if (options.json === true) terminal.out(`${JSON.stringify(lookup, null, 2)}\n`);
      else if (found === null)
        terminal.err(`rollcall: ${printUnknownRequest(id, lookup as RequestLookup, now)}\n`);
      else terminal.out(printRequest(found, terminal, now));
      finish(found === null ? EXIT.unknownName : EXIT.ok);
    },
  );
}

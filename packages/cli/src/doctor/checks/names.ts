import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopbackHost, REASONS } from "@rollcall/contract";
import { codeOf } from "@rollcall/prober";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";

export interface NameFacts {
  readonly host: string;
  /** Empty where it does not resolve, and `code` then says why. */
  readonly addresses: readonly string[];
  readonly code: string | null;
}

interface AllNames {
  readonly names: readonly NameFacts[];
  readonly inContainer: boolean;
}

/** The host names of backends and probers, as this machine resolves them. */
export const namesCheck: Check<AllNames> = {
  name: "names",
  gather: async (site) => ({
    names: await Promise.all(hostsOf(site).map(resolve)),
    inContainer: site.inContainer,
  }),
  judge: ({ names, inContainer }) => names.map((name) => judgeName(name, inContainer)),
};

const OWN =
  "Inside a container that is the container itself: use the other container's name, or host.docker.internal with extra_hosts.";

function judgeName({ host, addresses, code }: NameFacts, inContainer: boolean): Finding {
  if (addresses.length === 0)
    return fails(host, `the host name does not resolve (${code ?? "no address"})`, REASONS.dns.fix);
  const told = addresses.join(", ") === host ? "is an address" : `is ${addresses.join(", ")}`;
  return inContainer && addresses.some(isLoopbackHost)
    ? warns(host, `${told}: this machine`, OWN)
    : fine(host, told);
}

function hostsOf({ config }: Site): readonly string[] {
  const probers = config.state.probers.flatMap((url) => URL.parse(url)?.hostname ?? []);
  return [...new Set([...config.backends.map(({ base }) => base.hostname), ...probers])];
}

async function resolve(written: string): Promise<NameFacts> {
  const host = written.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return { host, addresses: [host], code: null };
  try {
    const found = await lookup(host, { all: true });
    return { host, addresses: [...new Set(found.map(({ address }) => address))], code: null };
  } catch (error) {
    return { host, addresses: [], code: codeOf(error) };
  }
}

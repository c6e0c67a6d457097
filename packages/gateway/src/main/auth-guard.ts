import { listensOnlyHere, type GatewayConfig } from "@rollcall/contract";
import { EXIT, StartError, type Log, type Settings } from "@rollcall/runtime";

/** A gateway's address and what it knows of keys. */
interface Exposure {
  readonly host: string;
  readonly hasMasterKey: boolean;
  readonly gateway: Pick<GatewayConfig, "keyless">;
}

/** Could anybody in the network use it? */
function isPubliclyReachable({ host, hasMasterKey }: Pick<Exposure, "host" | "hasMasterKey">): boolean {
  return !listensOnlyHere(host) && !hasMasterKey;
}

/** Why such a gateway does not start: everybody could use it, and nobody said that they may. Null where it does. */
export function keylessRisk(exposure: Exposure): string | null {
  if (!isPubliclyReachable(exposure) || exposure.gateway.keyless) return null;
  return `${exposure.host} is reachable from the network and there is no master key: set general_settings.master_key or the variable LITELLM_MASTER_KEY, or, if everybody may use the gateway, rollcall.gateway.keyless: true`;
}

/** Throws StartError where a gateway would serve the network without a key, and nobody said that it may. */
export function checkMasterKey(
  { config: { gateway, masterKeys }, secrets }: Settings,
  { host, log }: { readonly host: string; readonly log: Log },
): void {
  const exposure = { host, hasMasterKey: secrets.valuesOf(masterKeys).length > 0, gateway };
  const risk = keylessRisk(exposure);
  if (risk !== null) throw new StartError(risk, EXIT.usage);
  if (exposure.hasMasterKey) return;
  const who = isPubliclyReachable(exposure)
    ? "everybody who reaches this address"
    : "every process on this machine";
  log.warn(`no general_settings.master_key: ${who} may use the gateway`);
}

import { listensOnlyHere } from "@rollcall/contract";
import { EXIT, StartError, type Log, type Settings } from "@rollcall/runtime";

/** Could anybody in the network use it? */
export function isPubliclyReachable({ config, secrets }: Settings, host: string): boolean {
  return !listensOnlyHere(host) && secrets.value(config.masterKey) === null;
}

/** Throws StartError where a gateway would serve the network without a key, and nobody said that it may. */
export function checkMasterKey(settings: Settings, { host, log }: { host: string; log: Log }): void {
  const { config, secrets } = settings;
  if (secrets.value(config.masterKey) !== null) return;
  if (!isPubliclyReachable(settings, host)) {
    log.warn("no general_settings.master_key: every process on this machine may use the gateway");
    return;
  }
  if (config.gateway.keyless) {
    log.warn("no general_settings.master_key: everybody who reaches this address may use the gateway");
    return;
  }
  throw new StartError(
    `${host} is reachable from the network and there is no master key: set general_settings.master_key, or, if everybody may use the gateway, rollcall.gateway.keyless: true`,
    EXIT.usage,
  );
}

import type { Config } from "@rollcall/contract";
import type { Site } from "../site.ts";
import type { Redactor } from "./redactor.ts";

/** Tells of every key and host that the site knows. */
export function introduce(redactor: Redactor, site: Site): void {
  const { config, secrets } = site;
  for (const value of secrets.values.values()) if (value !== null) redactor.secret(value);
  for (const value of Object.values(config.environment)) redactor.secret(value);
  for (const host of hostsOf(config)) redactor.host(host);
}

function hostsOf({ backends, state, gateway, prober, control }: Config): readonly string[] {
  const cors = Array.isArray(gateway.cors) ? (gateway.cors as readonly string[]) : [];
  const urls = [...state.probers, ...cors].flatMap((url) => URL.parse(url)?.hostname ?? []);
  return [
    ...backends.map(({ base }) => base.hostname),
    ...urls,
    ...gateway.allowedHosts,
    gateway.host,
    prober.host,
    control.host,
  ];
}

/** Names of the units that a template's instance goes by: the one of the same instance. */
const OTHER_UNITS = /\brollcall-(gateway|prober|control)\.service\b/g;

/**
 * A unit as a template (systemd.unit(5)) for several fleets on one host: config, keys and state of `rollcall-gateway@NAME`
 * are those of NAME.
 */
export function templateUnit(unit: string): string {
  return unit
    .replaceAll(OTHER_UNITS, "rollcall-$1@%i.service")
    .replaceAll("/etc/rollcall/config.yaml", "/etc/rollcall/%i.yaml")
    .replaceAll("/etc/rollcall/rollcall.env", "/etc/rollcall/%i.env")
    .replace(/^(Description=Rollcall \w+)/m, "$1 of %i")
    .replace(/^StateDirectory=rollcall$/m, "StateDirectory=rollcall/%i");
}

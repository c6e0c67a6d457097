/** Names of the units that a template's instance goes by: the one of the same instance. */
const OTHER_UNITS = /\brollcall-(gateway|prober|control)\.(service|socket)\b/g;

/**
 * A unit as a template (systemd.unit(5)) for several fleets on one host: config, keys and state of `rollcall-gateway@NAME`
 * are those of NAME. Its port is in its config: only who wants to restart it without a gap says it to a socket unit, too.
 */
export function templateUnit(unit: string): string {
  return unit
    .replaceAll(OTHER_UNITS, "rollcall-$1@%i.$2")
    .replaceAll("/etc/rollcall/config.yaml", "/etc/rollcall/%i.yaml")
    .replaceAll("/etc/rollcall/rollcall.env", "/etc/rollcall/%i.env")
    .replace(/^Requires=.*\.socket\n/m, "")
    .replace(
      /^(# In place of .*\n)ListenStream=.*$/m,
      "$1# To be set in a drop-in: ListenStream=127.0.0.1:4100",
    )
    .replace(/^(Description=Rollcall \w+)/m, "$1 of %i")
    .replace(/^StateDirectory=rollcall$/m, "StateDirectory=rollcall/%i");
}

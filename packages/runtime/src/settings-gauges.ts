import { Gauge, type Registry } from "prom-client";
import type { SettingsSource } from "./settings.ts";

interface SettingsGauges {
  readonly registry: Registry;
  /** `rollcall_gateway` */
  readonly prefix: string;
  readonly source: Pick<SettingsSource, "cell" | "status">;
}

/** Gauges of what a daemon works by, read at each scrape. Of several workers the worst is shown. */
export function registerSettingsGauges({ registry, prefix, source }: SettingsGauges): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `${prefix}_${name}`,
      help,
      aggregator: "max",
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge(
    "config_generation",
    "Counts the configs and secrets taken over since the start.",
    () => source.cell.get().generation,
  );
  gauge(
    "config_fault",
    "1 where the config file was refused and an older one is in use, or a secret cannot be read.",
    () => (source.status.get().fault === null ? 0 : 1),
  );
  gauge(
    "settings_need_restart",
    "Settings whose change in the config file only a restart puts in force.",
    () => source.status.get().needRestart.length,
  );
}

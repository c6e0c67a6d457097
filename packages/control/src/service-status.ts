import { printSettingsStatus, type ServiceStatus, type SettingsSource } from "@rollcall/runtime";

interface Observed {
  readonly isCurrent: () => boolean;
  readonly keys: () => number;
  readonly source: Pick<SettingsSource, "status">;
}

/** Control as systemd sees it. Ready once the keys have been read: a gateway that starts after it then has them at once. */
export function controlServiceStatus({ isCurrent, keys, source }: Observed): ServiceStatus {
  return {
    isReady: isCurrent,
    summary: () => {
      const state = isCurrent() ? `${keys()} virtual keys` : "the database cannot be read or written";
      return [state, ...printSettingsStatus(source.status.get())].join("; ");
    },
    // It waits for nothing but the disk, and a restart would wait for that too.
    isHealthy: () => true,
  };
}

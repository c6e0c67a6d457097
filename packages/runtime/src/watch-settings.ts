import type { Clock } from "@rollcall/contract";
import type { SettingsSource } from "./settings.ts";

/** Content is compared this often: events are lost on bind mounts and ConfigMap symlink swaps, content is not. */
const POLL_MS = 1_000;

/** Follows the config and secret files by content and on SIGHUP until the signal is aborted. */
export async function watchSettings(
  source: SettingsSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const onHangUp = () => source.reload(clock.now());
  process.on("SIGHUP", onHangUp);
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal);
    if (!signal.aborted) source.reload(clock.now());
  }
  process.off("SIGHUP", onHangUp);
}

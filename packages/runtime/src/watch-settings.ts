import type { Clock } from "@rollcall/contract";
import type { FileSettings } from "./settings.ts";

/** Content is compared this often: events are lost on bind mounts and ConfigMap symlink swaps, content is not. */
const POLL_MS = 1_000;

/** Follows the config and secret files by content and on SIGHUP until the signal is aborted. */
export async function watchSettings(
  settings: Pick<FileSettings, "look" | "reload" | "settlesInMs">,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const onHangUp = () => settings.reload(clock.monotonic());
  process.on("SIGHUP", onHangUp);
  while (!signal.aborted) {
    await clock.sleep(settings.settlesInMs > 0 ? settings.settlesInMs : POLL_MS, signal);
    if (!signal.aborted) settings.look(clock.monotonic());
  }
  process.off("SIGHUP", onHangUp);
}

import {
  Cell,
  REFRESH_MS,
  Secrets,
  type Settings,
  type SettingsSource,
  type SettingsStatus,
} from "@rollcall/runtime";
import type { SentSettings, SettingsMessage, StartMessage } from "./message.ts";

/** What a worker works by: the settings that its parent last found good. It reads no file of its own. */
export class ParentSettings implements SettingsSource {
  readonly cell: Cell<Settings>;
  readonly status: Cell<SettingsStatus>;
  readonly #askParent: () => void;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor({ settings, status }: Pick<StartMessage, "settings" | "status">, askParent: () => void) {
    this.cell = new Cell(receiveSettings(settings));
    this.status = new Cell(status);
    this.#askParent = askParent;
  }

  take(message: SettingsMessage): void {
    if (message.kind === "settings") this.cell.set(receiveSettings(message.settings));
    else this.status.set(message.status);
  }

  /** What the parent finds comes later, to all workers: so nothing has changed when this returns. */
  refresh(now: number): boolean {
    if (now - this.#askedAt >= REFRESH_MS) {
      this.#askedAt = now;
      this.#askParent();
    }
    return false;
  }
}

export function sendSettings({ config, secrets, generation }: Settings): SentSettings {
  return { config, secrets: secrets.values, generation };
}

function receiveSettings({ config, secrets, generation }: SentSettings): Settings {
  return { config, secrets: Secrets.of(secrets), generation };
}

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { KEYS, type AccessRecord, type KeySnapshot } from "@rollcall/contract";
import { systemClock } from "@rollcall/runtime";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import type { AtEnd } from "./harness.ts";

const TOKEN = "of-the-test";

/** What the admin API was asked, and what it is to answer. */
export interface AdminCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Control's socket in a state directory: tells a key set, and keeps what was handed on to it. */
export class PlayedControl {
  readonly calls: AdminCall[] = [];
  readonly #directory: string;
  readonly #records = new Map<string, AccessRecord>();
  readonly #writer: HttpSnapshotWriter<KeySnapshot, AccessRecord>;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #sequence = 0;

  private constructor(directory: string) {
    this.#directory = path.join(directory, "control");
    this.#writer = new HttpSnapshotWriter({
      kind: KEYS,
      clock: systemClock,
      refusal: ({ authorization }) => (authorization === `Bearer ${TOKEN}` ? null : "wrong token"),
    });
  }

  /** Beside the state file of a gateway. */
  static async start(
    directory: string,
    { records, atEnd }: { records: readonly AccessRecord[]; atEnd: AtEnd },
  ) {
    const control = new PlayedControl(directory);
    mkdirSync(control.#directory, { mode: 0o700 });
    writeFileSync(path.join(control.#directory, "token"), `${TOKEN}\n`, { mode: 0o600 });
    await control.tell(records);
    await new Promise<void>((resolve) => {
      control.#server.listen(path.join(control.#directory, "control.sock"), resolve);
    });
    atEnd(() => control.stop());
    return control;
  }

  /** Records that are new or have changed. */
  tell(changed: readonly AccessRecord[], intervalMs = 60_000): Promise<void> {
    for (const record of changed) this.#records.set(KEYS.keyOf(record), record);
    this.#sequence += 1;
    const change = this.#sequence === 1 ? null : { after: this.#sequence - 1, changed, removed: [] };
    const snapshot = {
      sequence: this.#sequence,
      writtenAt: Date.now(),
      intervalMs,
      control: { instance: "played", startedAt: 0 },
      records: [...this.#records.values()],
    };
    return this.#writer.write(snapshot, change);
  }

  async stop(): Promise<void> {
    await this.#writer.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/keys/state") {
      this.#writer.answer(request, response);
      return;
    }
    // There is no ledger here.
    if (request.headers.upgrade !== undefined) {
      response.writeHead(404).end();
      return;
    }
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString("utf8")));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      this.calls.push({ method, url, headers, body });
      response.writeHead(200, { "content-type": "application/json", "set-cookie": "no=1" });
      response.end(JSON.stringify({ key: "sk-made" }));
    });
  }
}

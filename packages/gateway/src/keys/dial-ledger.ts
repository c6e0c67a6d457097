import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { ControlFiles, SettingsSource } from "@rollcall/runtime";
import { controlToken } from "./open-key-reader.ts";

/** A ledger that takes the connection and says nothing is none. */
const ANSWER_MS = 2_000;

/** A stream that speaks the ledger's protocol, over control's socket. Rejects where there is none. */
export function dialLedger(
  { source, files }: { readonly source: Pick<SettingsSource, "cell">; readonly files: ControlFiles },
  signal: AbortSignal,
): Promise<Duplex> {
  const token = controlToken(source, files);
  return new Promise((resolve, reject) => {
    const asking = request({
      socketPath: files.socket,
      path: "/ledger",
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: "rollcall-ledger",
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      timeout: ANSWER_MS,
      signal,
    });
    asking.on("upgrade", (_response, stream, head) => {
      stream.setTimeout(0);
      if (head.length > 0) stream.unshift(head);
      resolve(stream);
    });
    asking.on("response", (response) => {
      response.resume();
      reject(new Error(`answered ${response.statusCode}`));
    });
    asking.on("timeout", () => void asking.destroy(new Error("no answer in time")));
    asking.on("error", reject);
    asking.end();
  });
}

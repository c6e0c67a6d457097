import { hkdfSync, timingSafeEqual } from "node:crypto";
import type { Principal } from "@rollcall/contract";
import { Hmac } from "./hmac.ts";

/** Who made an object, and what it is called there. */
export interface Origin {
  readonly deployment: string;
  /** The id that the backend knows. */
  readonly upstreamId: string;
  /** The id that the app knows. */
  readonly id: string;
}

const MAC_BYTES = 16;
const KEY_BYTES = 32;

/** No deployment's id or principal's has one. */
const SEPARATOR = "\0";

/**
 * Ids of objects that one deployment alone knows, as apps see them: `resp_` and, in base64url, a MAC, the deployment and the
 * backend's own id. So any worker finds the deployment without a table, and nobody else's id, or one made up, leads anywhere.
 */
export class ObjectIds {
  readonly #secrets: () => readonly string[];
  #made: readonly Hmac[] | null = null;

  /** `secrets`: the first writes, any may have written. With none ids are told apart, not protected. */
  constructor(secrets: () => readonly string[]) {
    this.#secrets = secrets;
  }

  /** `prefix`: `resp`, as in the id that the backend gave. */
  write(prefix: string, { deployment, upstreamId }: Omit<Origin, "id">, owner: Principal): string {
    const payload = Buffer.from(`${deployment}${SEPARATOR}${upstreamId}`);
    const [key] = this.#keys();
    const signed = key === undefined ? payload : Buffer.concat([mac(key, payload, owner), payload]);
    return `${prefix}_${signed.toString("base64url")}`;
  }

  /** Null: none of ours, or somebody else's. */
  read(id: string, owner: Principal): Origin | null {
    const bytes = Buffer.from(id.slice(id.indexOf("_") + 1), "base64url");
    if (bytes.length <= MAC_BYTES) return null;
    const payload = bytes.subarray(MAC_BYTES);
    const isOurs = this.#keys().some((key) =>
      timingSafeEqual(mac(key, payload, owner), bytes.subarray(0, MAC_BYTES)),
    );
    const [deployment, upstreamId] = payload.toString().split(SEPARATOR);
    return isOurs && deployment !== undefined && upstreamId !== undefined
      ? { deployment, upstreamId, id }
      : null;
  }

  /** Made with the first id: few gateways ever see one. */
  #keys(): readonly Hmac[] {
    if (this.#made !== null) return this.#made;
    const secrets = this.#secrets();
    this.#made = (secrets.length === 0 ? [""] : secrets).map(
      (secret) => new Hmac(Buffer.from(hkdfSync("sha256", secret, "", "rollcall object ids", KEY_BYTES))),
    );
    return this.#made;
  }
}

function mac(key: Hmac, payload: Buffer, { kind, id }: Principal): Buffer {
  const owner = Buffer.from(`${kind}${SEPARATOR}${id}${SEPARATOR}`);
  return key.of(owner, payload).subarray(0, MAC_BYTES);
}

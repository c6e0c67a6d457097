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

/** 144 bits. */
const MAC_CHARACTERS = 24;
const KEY_BYTES = 32;

/** No deployment's id or principal's has one. */
const SEPARATOR = "\0";

/**
 * Ids of objects that one deployment alone knows, as apps see them: `resp_` and, in base64url, a MAC, then the deployment and
 * the backend's own id. So any worker finds the deployment without a table, and nobody else's id, or one made up, leads anywhere.
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
    const payload = `${deployment}${SEPARATOR}${upstreamId}`;
    const [key] = this.#keys();
    const signed = key === undefined ? "" : mac(key, payload, owner);
    return `${prefix}_${signed}${encode(payload)}`;
  }

  /** Null: none of ours, or somebody else's. */
  read(id: string, owner: Principal): Origin | null {
    const text = id.slice(id.indexOf("_") + 1);
    const [given, rest] = [Buffer.from(text.slice(0, MAC_CHARACTERS)), text.slice(MAC_CHARACTERS)];
    const payload = Buffer.from(rest, "base64url").toString();
    // An id is written in one way alone, and a decoder would take others.
    if (given.length !== MAC_CHARACTERS || encode(payload) !== rest) return null;
    const isOurs = this.#keys().some((key) => timingSafeEqual(Buffer.from(mac(key, payload, owner)), given));
    const [deployment, upstreamId] = payload.split(SEPARATOR);
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

function mac(key: Hmac, payload: string, { kind, id }: Principal): string {
  return key.of(`${kind}${SEPARATOR}${id}${SEPARATOR}${payload}`).slice(0, MAC_CHARACTERS);
}

function encode(payload: string): string {
  return Buffer.from(payload).toString("base64url");
}

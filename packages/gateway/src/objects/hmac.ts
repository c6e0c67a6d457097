import { hash } from "node:crypto";

/** Of SHA-256, in bytes. */
const BLOCK_BYTES = 64;

/**
 * HMAC-SHA256 (RFC 2104) under one key. `createHmac` costs five times as much for short texts: it makes a context each time,
 * where two one-shot hashes do.
 */
export class Hmac {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** `key`: at most 64 bytes. */
  constructor(key: Buffer) {
    const padded = Buffer.alloc(BLOCK_BYTES);
    key.copy(padded);
    this.#inner = padded.map((byte) => byte ^ 0x36) as Buffer;
    this.#outer = padded.map((byte) => byte ^ 0x5c) as Buffer;
  }

  of(...parts: readonly Buffer[]): Buffer {
    const inner = hash("sha256", Buffer.concat([this.#inner, ...parts]), "buffer");
    return hash("sha256", Buffer.concat([this.#outer, inner]), "buffer");
  }
}

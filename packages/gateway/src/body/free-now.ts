/** Less is left to the collector, which frees it sooner than it adds up. */
const LEAST_BYTES = 16 * 1024;

/**
 * Frees the memory of a large buffer that nobody reads any more. The collector goes by JavaScript's own objects, of which
 * there are few beside many large buffers: it would let them pile up to many times what is in use.
 */
export function freeNow({ buffer, byteLength }: Buffer): void {
  if (byteLength < LEAST_BYTES || !(buffer instanceof ArrayBuffer)) return;
  // One of Node's shared blocks holds the bytes of others, too.
  if (buffer.byteLength <= 2 * byteLength) buffer.transfer(0);
}

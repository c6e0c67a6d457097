const UNITS = {
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
};

/** `"32MiB"`, `"8 MB"`, or a number of bytes → bytes; null where it is none of these. */
export function parseByteSize(written: string | number): number | null {
  if (typeof written === "number") return Number.isInteger(written) && written > 0 ? written : null;
  const match = /^\s*(\d+(?:\.\d+)?)\s*((?:[kmg]i?)?b)?\s*$/i.exec(written);
  if (match === null) return null;
  const unit = (match[2] ?? "b").toLowerCase() as keyof typeof UNITS;
  const bytes = Math.floor(Number(match[1]) * UNITS[unit]);
  return bytes > 0 && Number.isFinite(bytes) ? bytes : null;
}

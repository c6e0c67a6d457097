import { isCount, isRecord, type FromLedger, type ToLedger } from "@rollcall/contract";

type Check = (value: unknown) => boolean;

/** Longer than any scope of ours: ids and aliases are bounded where they are made. */
const LONGEST_TEXT = 4_096;

const isText: Check = (value) => typeof value === "string" && value.length <= LONGEST_TEXT;
const isUnit: Check = (value) => value === "requests" || value === "parallel";
/** Tokens that were given back after they were told count below 0. */
const isChange: Check = (value) => Number.isSafeInteger(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (fields: Fields): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => isRecord(item) && has(item, fields));

type Fields = Readonly<Record<string, Check>>;

const LEASE: Fields = { scope: isText, unit: isUnit, limit: isCount, amount: isCount, used: isChange };

const TO_LEDGER: Readonly<Record<ToLedger["kind"], Fields>> = {
  hello: { holder: isText },
  holding: { leases: listOf(LEASE) },
  take: {
    id: isCount,
    scope: isText,
    unit: isUnit,
    limit: isCount,
    used: isChange,
    needed: isCount,
    wanted: isCount,
  },
  return: { scope: isText, unit: isUnit, used: isChange, amount: isCount, recall: orNull(isCount) },
  used: { entries: listOf({ scope: isText, used: isChange }) },
  gone: {},
};

const FROM_LEDGER: Readonly<Record<FromLedger["kind"], Fields>> = {
  welcome: { epoch: isText, holders: isCount },
  granted: { id: isCount, amount: isCount, remaining: isCount, validMs: isCount },
  alive: { holders: isCount },
  refused: { id: isCount, retryAfterMs: orNull(isCount) },
  recall: { id: isCount, scope: isText, unit: isUnit },
};

/** Null: it is none of those that this version knows. */
export function readToLedger(value: unknown): ToLedger | null {
  return isOneOf(value, TO_LEDGER) ? (value as ToLedger) : null;
}

export function readFromLedger(value: unknown): FromLedger | null {
  return isOneOf(value, FROM_LEDGER) ? (value as FromLedger) : null;
}

function isOneOf(value: unknown, kinds: Readonly<Record<string, Fields>>): boolean {
  if (!isRecord(value)) return false;
  const kind = value["kind"];
  const fields = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  return fields !== undefined && has(value, fields);
}

function has(value: Readonly<Record<string, unknown>>, fields: Fields): boolean {
  for (const name in fields) if (fields[name]?.(value[name]) !== true) return false;
  return true;
}

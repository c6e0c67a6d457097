import { Ajv, type ValidateFunction } from "ajv";
import { isRecord } from "../is-record.ts";
import { err, ok, type Result } from "../result.ts";
import type { SnapshotHeader, SnapshotKind } from "../snapshot.ts";
import { ACCESS_RECORD_SCHEMA } from "./record-schema.ts";
import { accessRecordKey, isSameAccessRecord, type AccessRecord } from "./records.ts";

/** All keys, teams, users and members at one moment, as control serves them to gateways alone. */
export interface KeySnapshot extends SnapshotHeader {
  readonly control: { readonly instance: string; readonly startedAt: number };
  readonly records: readonly AccessRecord[];
}

export const KEYS: SnapshotKind<KeySnapshot, AccessRecord> = {
  name: "keys",
  version: 1,
  list: "records",
  keyOf: accessRecordKey,
  instanceOf: ({ control }) => control.instance,
  isSame: isSameAccessRecord,
  headerFault: ({ control }) =>
    isRecord(control) && typeof control["instance"] === "string" && typeof control["startedAt"] === "number"
      ? null
      : "control is not {instance, startedAt}",
  readRecord,
};

/** A record of a kind that a later version has added opens nothing here: it is refused, and the snapshot with it. */
function readRecord(value: unknown): Result<AccessRecord, string> {
  validate ??= new Ajv({ discriminator: true, allowUnionTypes: true }).compile<AccessRecord>(
    ACCESS_RECORD_SCHEMA,
  );
  if (validate(value)) return ok(value);
  const fault = validate.errors?.[0];
  return err(
    fault?.instancePath.slice(1) || (fault?.params["missingProperty"] as string | undefined) || "itself",
  );
}

/** Compiled with the first record: who has no keys does not pay for it. */
let validate: ValidateFunction<AccessRecord> | null = null;

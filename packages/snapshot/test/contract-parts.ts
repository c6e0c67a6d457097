// What the carriers and the samples need of the contract: a process that lives for milliseconds has no time for all of it.
export { isCount } from "../../contract/src/is-count.ts";
export { isRecord } from "../../contract/src/is-record.ts";
export { isSameValue } from "../../contract/src/is-same-value.ts";
export { err, ok } from "../../contract/src/result.ts";
export { VERDICTS } from "../../contract/src/verdict-snapshot.ts";

import { ENDPOINTS, type Endpoint } from "@rollcall/contract";
import { compileMarks, type AnswerMarks } from "../upstream/relay/answer-marks.ts";

const COMPILED = new Map(ENDPOINTS.map((endpoint) => [endpoint, compileMarks(endpoint)]));

/** What tells whether an endpoint's answer is whole. */
export function marksOf(endpoint: Endpoint): AnswerMarks {
  return COMPILED.get(endpoint) ?? compileMarks(endpoint);
}

import { isRecord } from "../is-record.ts";
import { error, type Complaint } from "./problem.ts";
import { didYouMean } from "./suggest.ts";

interface WithCredentials {
  readonly value: Readonly<Record<string, unknown>>;
  readonly complaints: readonly Complaint[];
}

/**
 * Puts the values of `credential_list` into the entries that name them by `litellm_credential_name`. What an entry says
 * itself counts before them, as in LiteLLM. References stay references.
 */
export function withCredentials(value: Readonly<Record<string, unknown>>): WithCredentials {
  const entries = value["model_list"];
  if (!Array.isArray(entries)) return { value, complaints: [] };
  const complaints: Complaint[] = [];
  const known = readCredentials(value["credential_list"]);
  const completed = entries.map((entry: unknown, index): unknown => {
    const params = isRecord(entry) ? entry["litellm_params"] : undefined;
    const name = isRecord(params) ? params["litellm_credential_name"] : undefined;
    if (!isRecord(entry) || !isRecord(params) || typeof name !== "string") return entry;
    const values = known.get(name);
    if (values !== undefined) return { ...entry, litellm_params: { ...values, ...params } };
    const path = ["model_list", index, "litellm_params", "litellm_credential_name"];
    const nearest = didYouMean(name, [...known.keys()]);
    const found = `found ${JSON.stringify(name)}, which is no credential_name in credential_list`;
    complaints.push(error(path, `${found}${nearest}`));
    return entry;
  });
  return { value: { ...value, model_list: completed }, complaints };
}

function readCredentials(list: unknown): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const known = new Map<string, Readonly<Record<string, unknown>>>();
  for (const one of Array.isArray(list) ? list : []) {
    if (!isRecord(one)) continue;
    const { credential_name: name, credential_values: values } = one;
    if (typeof name === "string") known.set(name, isRecord(values) ? values : {});
  }
  return known;
}

import { RIGHTS } from "../vllm/permission.ts";
import type { Switch } from "./switches.ts";

/** Stands for `created` until the answer is sent: always ten digits, so that the length is known before. */
const CREATED = "CCCCCCCCCC";

/** One backend of a fleet: what it serves, kept as text that is nearly an answer already. */
export class FleetBackend {
  state: Switch = "well";
  /** Requests that reached it, whatever became of them. */
  asked = 0;
  #names: readonly string[] = [];
  #template = "";

  constructor(names: readonly string[]) {
    this.rename(names);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  rename(names: readonly string[]): void {
    this.#names = [...names];
    const root = `/models/${names[0] ?? ""}`;
    this.#template = `{"object":"list","data":[${names.map((id) => card(id, root)).join(",")}]}`;
  }

  /** The body of GET /v1/models; `now` in milliseconds. */
  modelsAt(now: number): string {
    return this.#template.replaceAll(CREATED, String(Math.floor(now / 1000)).padStart(CREATED.length, "0"));
  }
}

/** vLLM's card. Its permission id would be random; nobody may read anything from it. */
function card(id: string, root: string): string {
  const facts = { id, object: "model", created: CREATED, owned_by: "vllm", root, parent: null };
  const permission = {
    id: `modelperm-${"0".repeat(16)}`,
    object: "model_permission",
    created: CREATED,
    ...RIGHTS,
  };
  const text = JSON.stringify({ ...facts, max_model_len: 131_072, permission: [permission] });
  return text.replaceAll(`"${CREATED}"`, CREATED);
}

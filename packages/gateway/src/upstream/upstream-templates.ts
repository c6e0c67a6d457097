import type { Deployment } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import { ChangesByEndpoint } from "../endpoints/request-changes.ts";
import { writeName, type WrittenName } from "../body/rename.ts";
import { UpstreamHeaders, type ForwardRules } from "./headers.ts";

/** What all requests to one deployment say, as bytes on the wire. */
export interface UpstreamTemplate {
  readonly headers: UpstreamHeaders;
  /** The name that the backend knows. */
  readonly name: WrittenName;
  /** What the config changes in bodies beside it; null for nothing. */
  readonly changes: ChangesByEndpoint | null;
  /** Its id as a header can carry it: an alias may hold what no header can. */
  readonly id: string;
}

const MOST_WRITTEN = 10_000;

/** The templates of the deployments and names of one routing state, each made when the first request wants it. */
export class UpstreamTemplates {
  readonly #secrets: Secrets;
  readonly #rules: ForwardRules;
  readonly #known = new Map<Deployment, UpstreamTemplate>();
  readonly #written = new Map<string, WrittenName>();

  constructor(secrets: Secrets, rules: ForwardRules) {
    this.#secrets = secrets;
    this.#rules = rules;
  }

  of(deployment: Deployment): UpstreamTemplate {
    let template = this.#known.get(deployment);
    if (template === undefined) {
      template = {
        headers: new UpstreamHeaders(deployment, this.#secrets, this.#rules),
        name: writeName(deployment.expected),
        changes: deployment.request === null ? null : new ChangesByEndpoint(deployment.request),
        id: encodeURIComponent(deployment.id.toWellFormed()),
      };
      this.#known.set(deployment, template);
    }
    return template;
  }

  /** A name that apps send, as answers write it: a wildcard has as many as apps think of. */
  written(name: string): WrittenName {
    let written = this.#written.get(name);
    if (written !== undefined) return written;
    if (this.#written.size >= MOST_WRITTEN) this.#written.clear();
    this.#written.set(name, (written = writeName(name)));
    return written;
  }
}

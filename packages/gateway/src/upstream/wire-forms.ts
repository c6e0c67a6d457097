import type { Deployment } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import { UpstreamHeaders } from "./headers.ts";

/** What requests to one deployment say on the wire, in the form in which they say it. */
export interface WireForm {
  readonly headers: UpstreamHeaders;
  /** The name that the backend knows, as a JSON string. */
  readonly name: Buffer;
  /** Its id as a header can carry it: an alias may hold what no header can. */
  readonly id: string;
}

/** The wire forms of the deployments of one view, each made when the first request wants it. */
export class WireForms {
  readonly #secrets: Secrets;
  readonly #known = new Map<Deployment, WireForm>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  of(deployment: Deployment): WireForm {
    let form = this.#known.get(deployment);
    if (form === undefined) {
      form = {
        headers: new UpstreamHeaders(deployment, this.#secrets),
        name: Buffer.from(JSON.stringify(deployment.expected)),
        id: encodeURIComponent(deployment.id),
      };
      this.#known.set(deployment, form);
    }
    return form;
  }
}

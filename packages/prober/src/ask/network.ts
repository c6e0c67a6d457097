import type { TlsOptions } from "@rollcall/runtime";
import type { ProbeResponse } from "../read/probe-response.ts";

/** What is asked on a connection. */
export interface ProbeRequest {
  /** A POST where there is one: JSON. */
  readonly body?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From asking to the end of the answer's body. */
  readonly timeoutMs: number;
}

/** One connection to one server: who answers here once answers here again. */
export interface Connection {
  /** Never rejects: what goes wrong is an answer too. */
  ask(question: ProbeRequest, signal: AbortSignal): Promise<ProbeResponse>;
  close(): void;
}

/** The world as the prober sees it. */
export interface Network {
  /** A new one each time. `address` is `http://host:8000`. */
  connect(address: string, tls?: TlsOptions): Connection;
  /** Does the port of this https:// origin refuse who shows no certificate? */
  wantsCertificate(origin: string, timeoutMs: number): Promise<boolean>;
  /** Does the port of this http:// origin speak TLS? */
  speaksTls(origin: string, timeoutMs: number): Promise<boolean>;
}

import { FleetBackend } from "./fleet-backend.ts";
import { OK, type RawAnswer } from "./raw-answer.ts";
import type { Found, Wiring } from "./raw-connection.ts";
import { RawPort } from "./raw-port.ts";
import type { Switch } from "./switches.ts";

export interface FleetOptions {
  readonly backends: number;
  /** Default 1. They are called m17-0, m17-1 and so on. */
  readonly namesEach?: number;
  /** Default "127.0.0.1". */
  readonly host?: string;
  /** The port that all share. Default 0: any free one. */
  readonly port?: number;
  /** Every backend also listens on a port of its own. Default false. */
  readonly ownPorts?: boolean;
  /** Wall clock in milliseconds. Default Date.now. */
  readonly now?: () => number;
}

/** A backend and its own port, where it has one. */
interface Member {
  readonly backend: FleetBackend;
  readonly own: RawPort | undefined;
}

const PREFIX = "/b/";

/** Many backends in one process, cheap enough to be polled over a thousand times a second. */
export class Fleet {
  readonly #members: readonly Member[];
  readonly #shared: RawPort;

  constructor(members: readonly Member[], shared: RawPort) {
    this.#members = members;
    this.#shared = shared;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Where GET / lists the URLs of all backends. */
  get url(): string {
    return this.#shared.url;
  }

  /** Without /v1: its own port where it has one, else below the shared one. */
  urlOf(index: number): string {
    return this.#member(index).own?.url ?? `${this.#shared.url}${PREFIX}${index}`;
  }

  namesOf(index: number): readonly string[] {
    return this.#member(index).backend.names;
  }

  /** How often it was asked; connections that were refused are not seen. */
  askedOf(index: number): number {
    return this.#member(index).backend.asked;
  }

  /** Holds for the requests that come from now on. */
  async switch(index: number, state: Switch): Promise<void> {
    const { backend, own } = this.#member(index);
    backend.state = state;
    await (state === "down" ? own?.close() : own?.open());
  }

  rename(index: number, names: readonly string[]): void {
    this.#member(index).backend.rename(names);
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared, ...ownPorts(this.#members)].map((one) => one.close()));
  }

  #member(index: number): Member {
    const member = this.#members[index];
    if (member === undefined) throw new RangeError(`backend ${index}: expected 0 to ${this.size - 1}`);
    return member;
  }
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { backends, namesEach = 1, host = "127.0.0.1", port = 0, now = Date.now } = options;
  const members = Array.from({ length: backends }, (_, index): Member => {
    const backend = new FleetBackend(Array.from({ length: namesEach }, (_none, name) => `m${index}-${name}`));
    const wiring: Wiring = { now, find: (path) => ({ backend, path }) };
    return { backend, own: options.ownPorts ? new RawPort(wiring, { host, port: 0 }) : undefined };
  });
  const shared = new RawPort(
    { now, find: (path) => findMember(path, members) ?? listOf(path, fleet) },
    { host, port },
  );
  const fleet = new Fleet(members, shared);
  try {
    await shared.open();
    await Promise.all(ownPorts(members).map((one) => one.open()));
  } catch (error) {
    await fleet.close();
    throw error;
  }
  return fleet;
}

function ownPorts(members: readonly Member[]): RawPort[] {
  return members.map(({ own }) => own).filter((one) => one !== undefined);
}

/** /b/17/v1/models is /v1/models of the backend 17. */
function findMember(path: string, members: readonly Member[]): Found | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  const slash = path.indexOf("/", PREFIX.length);
  const member = slash < 0 ? undefined : members[Number(path.slice(PREFIX.length, slash))];
  return member && { backend: member.backend, path: path.slice(slash) };
}

function listOf(path: string, fleet: Fleet): RawAnswer | undefined {
  if (path !== "/") return undefined;
  const body = JSON.stringify({ backends: Array.from({ length: fleet.size }, (_, at) => fleet.urlOf(at)) });
  return { status: OK, headers: { "content-type": "application/json" }, body };
}

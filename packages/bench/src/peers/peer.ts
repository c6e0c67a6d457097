/** A program that is measured beside the others: what it is called, whether it is there, and what installs it. */
export interface Peer {
  readonly name: string;
  /** Its version, or null when it is not installed. */
  version(): Promise<string | null>;
  /** What installs it, one command a line. Empty: nothing is needed. */
  readonly install: readonly (readonly string[])[];
}

/** From Debian's archive. */
export function debian(name: string): Peer["install"] {
  return [
    ["apt-get", "update"],
    ["apt-get", "install", "-y", "--no-install-recommends", name],
  ];
}

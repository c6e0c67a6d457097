/** What a daemon tells the process that started it, over the channel that one left open. */
export interface ListeningMessage {
  readonly kind: "listening";
  readonly url: string;
}

/** Tells the process that started us where we listen; nobody, where we were started by a person or a service manager. */
export function reportListening(url: string): void {
  if (process.connected) process.send?.({ kind: "listening", url } satisfies ListeningMessage);
}

export function isListening(message: unknown): message is ListeningMessage {
  const { kind, url } = (message ?? {}) as Partial<ListeningMessage>;
  return kind === "listening" && typeof url === "string";
}

import type { Server } from "node:net";

/** What a daemon tells the process that started it, over the channel that one left open. */
export interface ListeningMessage {
  readonly kind: "listening";
  readonly url: string;
}

/** Comes with a listening socket, for whoever is to start the next generation. */
interface SocketMessage {
  readonly kind: "socket";
}

/** To a daemon: the process that started it goes, and it is to go on without. */
interface LeaveMessage {
  readonly kind: "leave";
}

/** A listening socket that this process holds without accepting from it. */
export interface HeldSocket {
  readonly fd: number;
  close(): void;
}

/** Tells the process that started us where we listen; nobody, where we were started by a person or a service manager. */
export function reportListening(url: string): void {
  if (process.connected) process.send?.({ kind: "listening", url } satisfies ListeningMessage);
}

/** Hands the process that started us a copy of a listening socket. Node passes the bare handle on without listening to it. */
export function reportSocket(socket: HeldSocket): void {
  if (process.connected) process.send?.({ kind: "socket" } satisfies SocketMessage, socket as never);
}

/** The socket that a server listens on; null where it does not listen. Node has no other way to it. */
export function socketOf(server: Server): HeldSocket | null {
  return (server as unknown as Readonly<Record<string, HeldSocket | null>>)["_handle"] ?? null;
}

export function isListening(message: unknown): message is ListeningMessage {
  const { kind, url } = (message ?? {}) as Partial<ListeningMessage>;
  return kind === "listening" && typeof url === "string";
}

export function isSocket(message: unknown): message is SocketMessage {
  return (message as Partial<SocketMessage> | null)?.kind === "socket";
}

export const LEAVE: LeaveMessage = { kind: "leave" };

export function isLeave(message: unknown): message is LeaveMessage {
  return (message as Partial<LeaveMessage> | null)?.kind === "leave";
}

/** Resolves when the process that started us goes and leaves us running: because it says so, or because it is to be outlived. */
export function untilLeft(outlivesParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return;
    if (outlivesParent) process.once("disconnect", resolve);
    process.on("message", (message) => {
      if (isLeave(message)) resolve();
    });
    process.channel?.unref();
  });
}

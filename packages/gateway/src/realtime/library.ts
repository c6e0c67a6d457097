import type { WebSocket, WebSocketServer } from "ws";

/** What is used of `ws`, which is only loaded where it is needed. */
export interface WebSocketLibrary {
  readonly WebSocket: typeof WebSocket;
  readonly WebSocketServer: typeof WebSocketServer;
}

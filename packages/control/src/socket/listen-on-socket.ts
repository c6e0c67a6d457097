import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { EXIT, StartError, type ControlFiles } from "@rollcall/runtime";

interface Listener {
  listen(path: string): unknown;
  once(event: "listening" | "error", callback: (error: NodeJS.ErrnoException) => void): unknown;
  off(event: "listening" | "error", callback: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Longest path of a socket on Linux, in bytes, without the zero behind it (unix(7)); macOS takes 103. */
const LONGEST_PATH = 107;

/** Throws StartError where another control answers: the keys have one writer. */
export async function refuseSecondControl({ socket }: ControlFiles): Promise<void> {
  if (await isAnswered(socket))
    throw new StartError(`another control runs for this config: it listens on ${socket}`);
}

/** Listens on the socket of this host, which this user alone can reach. What an earlier run left is taken away. */
export async function listenOnSocket(server: Listener, files: ControlFiles): Promise<void> {
  const { directory, socket } = files;
  if (Buffer.byteLength(socket) > LONGEST_PATH)
    throw new StartError(
      `${socket} is longer than a socket's path may be (${LONGEST_PATH} bytes): set rollcall.state.file to a shorter path`,
      EXIT.usage,
    );
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  await refuseSecondControl(files);
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      reject(new StartError(`cannot listen on ${socket}: ${error.code ?? error.message}`));
    server.once("error", onError);
    server.once("listening", () => {
      server.off("error", onError);
      resolve();
    });
    server.listen(socket);
  });
  chmodSync(socket, 0o600);
}

function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { BackendOptions } from "./backend.ts";
import { Answers, serve } from "./connection.ts";
import { Pacer } from "./pacer.ts";

// One process plays all backends: raw sockets and canned answers in vLLM's shape, so that it is never what is waited for.
const { ports, names, eventsPerSecond } = JSON.parse(process.argv[2] ?? "{}") as BackendOptions;
const pacer = new Pacer(Math.round(1_000 / eventsPerSecond), performance.now());
const answers = new Answers(pacer, names);
setInterval(() => pacer.tick(performance.now()), 1);

const listening: number[] = [];
for (let count = 0; count < ports; count += 1) {
  const server = createServer((socket) => serve(socket, answers));
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 });
  await once(server, "listening");
  listening.push((server.address() as AddressInfo).port);
}
process.stdout.write(`listening on ${listening.join(",")}\n`);

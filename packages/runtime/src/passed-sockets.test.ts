import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { socketOf } from "./parent-channel.ts";
import { boundAddress, passedSockets, passingSockets } from "./passed-sockets.ts";

describe("passedSockets", () => {
  it.each<[string, Record<string, string>, readonly number[]]>([
    ["nobody passed any", {}, []],
    ["systemd passed two", { LISTEN_FDS: "2", LISTEN_PID: "7" }, [3, 4]],
    ["they are for another process", { LISTEN_FDS: "1", LISTEN_PID: "8" }, []],
    ["a process of ours passed one", { LISTEN_FDS: "1" }, [3]],
    ["the number is none", { LISTEN_FDS: "many" }, []],
    ["there are fewer than none", { LISTEN_FDS: "-1" }, []],
  ])("%s", (_what, env, descriptors) => {
    expect(passedSockets(env, 7)).toEqual(descriptors);
  });

  it("a child gets what is for it, and nothing of its parent's", () => {
    const env = { PATH: "/bin", LISTEN_FDS: "3", LISTEN_PID: "7", LISTEN_FDNAMES: "a:b:c" };
    expect(passingSockets(env, 1)).toEqual({ PATH: "/bin", LISTEN_FDS: "1" });
    expect(passingSockets(env, 0)).toEqual({ PATH: "/bin" });
  });
});

describe("boundAddress", () => {
  it.each(["127.0.0.1", "0.0.0.0", "::1", "::"])("%s", async (host) => {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const bound = boundAddress(socketOf(server)?.fd ?? -1);
    expect(bound).toEqual(process.platform === "linux" ? { host, port } : null);
  });

  it("what is no listening socket is bound nowhere", () => {
    expect(boundAddress(0)).toBeNull();
  });
});

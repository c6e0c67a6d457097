import { expect, test } from "vitest";
import { gatewayKnows } from "./gateway-knows.ts";

test.each([
  ["an alias with a ready deployment is known", "[+] chat: 1 ready", true],
  ["one that is out for a reason is known", "[!] chat: 0 ready, out: chat-1 wrong_name", true],
  ["one that waits for its first verdict is not", "[!] chat: 0 ready, out: chat-1 unknown", false],
  ["one of whose two deployments waits is not", "[!] chat: 0 ready, out: chat-1 unknown, chat-2 down", false],
  ["one that is served is, whatever else waits", "[+] chat: 1 ready, out: chat-2 unknown", true],
  ["another alias says nothing of it", "[+] chat-2: 1 ready", false],
])("%s", (...[, line, known]) => {
  expect(gatewayKnows({ status: 200, text: `[+] config generation 1\n${line}\nready\n` }, "chat")).toBe(
    known,
  );
});

test("a gateway that is not ready knows nothing", () => {
  expect(gatewayKnows({ status: 503, text: "[+] chat: 1 ready\nnot ready\n" }, "chat")).toBe(false);
});

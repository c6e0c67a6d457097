import { describe, expect, test } from "vitest";
import { findForeignVisit } from "./foreign-visit.ts";

const NAMES = { boundTo: "Gateway.lan", allowedHosts: ["chat.example", "10.0.0.9"] };

describe("a visit is nobody else's", () => {
  test.each<[string, string | undefined, string | undefined]>([
    ["by an address", "192.168.1.7:4000", undefined],
    ["by loopback", "127.0.0.1:4000", undefined],
    ["by an address of IPv6", "[::1]:4000", undefined],
    ["by localhost, in capitals", "LOCALHOST:4000", undefined],
    ["by a name under localhost", "rollcall.localhost", undefined],
    ["by localhost with a dot behind it", "localhost.:4000", undefined],
    ["by the name that is listened on", "gateway.lan:4000", undefined],
    ["by a name that is allowed", "chat.example", undefined],
    ["without a host, as HTTP/1.0 asks", undefined, undefined],
    ["from a page on this machine", "127.0.0.1:4000", "http://localhost:3000"],
    ["from a page of the server's own address", "192.168.1.7:4000", "http://192.168.1.7:4000"],
    ["from a page of a name that is allowed", "127.0.0.1:4000", "https://chat.example"],
    ["from a page of an address that is allowed", "127.0.0.1:4000", "https://10.0.0.9"],
  ])("%s", (_case, host, origin) => {
    expect(findForeignVisit({ host, origin }, NAMES)).toBeNull();
  });
});

describe("a visit is foreign", () => {
  test.each<[string, string, string | undefined, "Host" | "Origin"]>([
    ["by another name", "evil.example:4000", undefined, "Host"],
    ["by a name that begins as an address", "127.0.0.1.evil.example", undefined, "Host"],
    ["by a name that ends as one that is allowed", "evil-chat.example", undefined, "Host"],
    ["by a name under one that is allowed", "a.chat.example", undefined, "Host"],
    ["by nothing", "", undefined, "Host"],
    ["by what is no host", "a:b:c", undefined, "Host"],
    ["from another page", "127.0.0.1:4000", "https://evil.example", "Origin"],
    ["from a page of another address", "127.0.0.1:4000", "http://6.6.6.6", "Origin"],
    ["from a page of another port of an address", "192.168.1.7:4000", "http://192.168.1.7:80", "Origin"],
    ["from a page that hides where it is from", "127.0.0.1:4000", "null", "Origin"],
  ])("%s", (_case, host, ...[origin, header]) => {
    const value = header === "Host" ? host : origin;
    expect(findForeignVisit({ host, origin }, NAMES)).toEqual({ header, value });
  });
});

test("where all hosts are allowed no visit is foreign", () => {
  const all = { boundTo: "127.0.0.1", allowedHosts: ["*"] };
  for (const origin of ["https://evil.example", "null", undefined])
    expect(findForeignVisit({ host: "evil.example", origin }, all)).toBeNull();
});

describe("a page whose origin is listed", () => {
  const names = { ...NAMES, origins: ["https://app.example"] };

  test("is welcome, and no other with it", () => {
    const visit = (origin: string) => findForeignVisit({ host: "127.0.0.1:4000", origin }, names);
    expect(visit("https://app.example")).toBeNull();
    for (const origin of ["http://app.example", "https://app.example:8443", "https://a.app.example", "null"])
      expect(visit(origin)).toEqual({ header: "Origin", value: origin });
  });

  test("is not by a name that was made to lead here", () => {
    expect(findForeignVisit({ host: "evil.example", origin: "https://app.example" }, names)).toEqual({
      header: "Host",
      value: "evil.example",
    });
  });
});

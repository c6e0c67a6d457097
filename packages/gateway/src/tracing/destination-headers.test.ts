import { expect, test } from "vitest";
import type { SecretRef, TraceDestination } from "@rollcall/contract";
import { headersFor } from "./destination-headers.ts";

const VALUES: Readonly<Record<string, string>> = {
  KEY: "sk-1",
  LIST: "x-one=1, Authorization=Basic%20abc",
  MORE: "x-one=2",
  USER: "pk",
  PASSWORD: "sk",
};
const secrets = { value: (ref: SecretRef) => (ref.from === "env" ? (VALUES[ref.name] ?? null) : null) };
const env = (name: string): SecretRef => ({ from: "env", name });

test.for<[string, Partial<TraceDestination>, Record<string, string> | null]>([
  ["none", {}, {}],
  ["written ones", { headers: new Map([["x-key", env("KEY")]]) }, { "x-key": "sk-1" }],
  [
    "lists, of which the last holds",
    { headerLists: [env("LIST"), env("MORE")] },
    { "x-one": "2", authorization: "Basic abc" },
  ],
  ["Basic", { basic: { user: env("USER"), password: env("PASSWORD") } }, { authorization: "Basic cGs6c2s=" }],
  ["one that cannot be read", { headers: new Map([["x-key", env("NO")]]) }, null],
  ["a list that cannot be read", { headerLists: [env("NO")] }, null],
  ["a password that cannot be read", { basic: { user: env("USER"), password: env("NO") } }, null],
])("%s", ([_about, has, headers]) => {
  const none = { name: "otlp", endpoint: "", headers: new Map(), headerLists: [], basic: null } as const;
  expect(headersFor({ ...none, ...has }, secrets)).toEqual(headers);
});

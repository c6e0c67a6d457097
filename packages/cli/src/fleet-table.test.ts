import type { Verdict } from "@rollcall/contract";
import { expect, it } from "vitest";
import { printFleet } from "./fleet-table.ts";
import type { Terminal } from "./terminal.ts";

const terminal: Terminal = {
  out: () => {},
  err: () => {},
  logTo: () => ({ out: () => {}, err: () => {} }),
  interactive: false,
  paint: (style, text) => (style === "green" || style === "yellow" ? `<${style}>${text}</>` : text),
  env: {},
};

const verdict: Verdict = {
  deployment: "chat-1",
  alias: "chat",
  check: "",
  ready: true,
  nameMatches: true,
  reason: "ok",
  warnings: [],
  expected: "llama",
  found: ["llama"],
  detail: "",
  hint: "",
  since: 0,
  observedAt: 0,
  lastGoodAt: 0,
};

it("shows what kind of server answers, once that is known", () => {
  const text = printFleet([{ ...verdict, apiBase: "http://gpu-1:8000/v1", kind: "sglang" }], terminal, 2_000);
  expect(text).toMatch(/AT +KIND\n/);
  expect(text).toMatch(/http:\/\/gpu-1:8000\/v1 {2}sglang\n$/);
  expect(text).toContain("<green>ready</>");
  expect(printFleet([{ ...verdict, kind: null }], terminal, 2_000)).toMatch(/llama\n$/);
});

it("tells of each warning what it means, what it is judged by, and what to do", () => {
  const row = {
    ...verdict,
    warnings: ["clock_skew", "restarted"],
    notices: [{ code: "clock_skew", detail: "90 s ahead" }],
  } as const;
  const text = printFleet([row], terminal, 2_000);
  expect(text).toContain("<yellow>ready</>");
  expect(text).toContain(
    `\n\nchat (chat-1) <yellow>clock_skew</>: Its clock is more than a minute away from the prober's. (90 s ahead)
  Run NTP on both hosts.
chat (chat-1) <yellow>restarted</>: The server was restarted a short while ago.
  Nothing to do if it was meant; otherwise read the log of the previous run.
`,
  );
});

it("says of one that is drained by whom, why, and what probes find", () => {
  const drained = { since: 0, by: "root@ops", reason: "new kernel", observed: "ok" } as const;
  const row: Verdict = {
    ...verdict,
    ready: false,
    reason: "drained",
    detail: "by root@ops: new kernel",
    hint: "`rollcall undrain chat-1` gives it requests again.",
    drained,
  };
  const text = printFleet([row], terminal, 2_000);
  expect(text).toMatch(/chat-1 +<yellow>drained<\/> +2 s /);
  expect(text).toContain(
    "chat (chat-1): Taken out of use by an operator: it gets no new requests, and goes on with those that it has. (by root@ops: new kernel; probes find: ok)\n  `rollcall undrain chat-1` gives it requests again.",
  );
});

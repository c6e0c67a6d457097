import { describe, expect, it } from "vitest";
import type { Spread } from "../count/spread.ts";
import type { Cell, Report } from "../report.ts";
import { printMarkdown } from "./markdown.ts";
import { printSvg } from "./svg.ts";

const spread = (median: number, min: number, max: number): Spread => ({ median, min, max });
const cpu = (value: Spread, compared: Spread | null): Record<string, Cell> => ({ cpu: { value, compared } });

const REPORT: Report = {
  machine: { date: "2026-01-01", cores: 2, cpu: "a <fast> one", memoryGiB: 8, node: "v24" },
  command: "npm run bench",
  systems: [{ name: "nginx", version: "1.22", setup: "1 worker" }],
  absent: [
    { name: "Olla", install: "go install it" },
    { name: "Bifrost", install: "npm it", why: "refused" },
  ],
  results: [
    {
      name: "small-32",
      title: "small & quick",
      does: "A load.",
      rounds: 3,
      seconds: 2,
      base: "nginx",
      columns: [
        { key: "cpu", title: "CPU µs/request", digits: 1, compare: "ratio" },
        { key: "p50", title: "added p50 µs", digits: 0, compare: "added" },
      ],
      rows: [
        { system: "direct", cells: cpu(spread(5, 4, 6), spread(0.5, 0.4, 0.6)) },
        { system: "nginx", cells: cpu(spread(10, 9, 11), spread(1, 1, 1)) },
        {
          system: "Rollcall",
          cells: {
            ...cpu(spread(1_025, 24, 2_026), spread(50, 2.4, 99)),
            p50: { value: spread(100, 90, 110), compared: spread(-7, -7, -7) },
          },
        },
        { system: "Other", cells: {}, note: "did not run: a|b" },
      ],
    },
  ],
};

describe("the Markdown", () => {
  const lines = printMarkdown(REPORT).split("\n");

  it("has a row a system: median and spread, ratio, difference, dashes where nothing was measured", () => {
    expect(lines).toContain("| system | CPU µs/request | × nginx | added p50 µs |");
    expect(lines).toContain("| nginx | 10.0 (9.0–11.0) | 1.00 | – |");
    expect(lines).toContain("| Rollcall | 1,025.0 (24.0–2,026.0) | 50.00 (2.40–99.00) | −7 |");
    expect(lines).toContain("| Other | – | – | – |");
  });

  it("says what it was made with, what did not run and what is absent", () => {
    expect(lines[0]).toContain("`npm run bench`, 2026-01-01, Node v24, 2 cores");
    expect(lines).toContain("Other: did not run: a|b.");
    expect(lines).toContain("- nginx 1.22: 1 worker.");
    expect(lines).toContain("- Olla: absent. `go install it`");
    expect(lines).toContain("- Bifrost: absent. `npm it`: refused");
  });
});

describe("the plot", () => {
  const svg = printSvg(REPORT);

  it("is well-formed: every element is closed and nothing is left unescaped", () => {
    const open: string[] = [];
    for (const [, closing, name = "", selfClosing] of svg.matchAll(
      /<(\/?)([a-z]+)(?:\s[a-zA-Z-]+="[^"<>]*"|\s[a-z0-9]+="[^"<>]*")*\s*(\/?)>/g,
    )) {
      if (closing === "/") expect(open.pop()).toBe(name);
      else if (selfClosing !== "/") open.push(name);
    }
    expect(open).toEqual([]);
    const words = svg.replaceAll(/<[^<>]*>/g, "");
    expect(words).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
    expect(svg).toContain("small &amp; quick");
  });

  it("has a bar a system, cut where it would leave the picture, with its figures", () => {
    expect(svg.match(/<rect x=/g)).toHaveLength(2);
    expect(svg).not.toContain(">direct<");
    expect(svg).toContain("50 (2.4–99)");
    const width = Number(/<svg[^>]* width="(\d+)"/.exec(svg)?.[1]);
    for (const [, x] of svg.matchAll(/x2?="([\d.]+)"/g)) expect(Number(x)).toBeLessThan(width);
  });

  it("leaves out scenarios that are not compared with nginx", () => {
    const results = REPORT.results.map((result) => ({ ...result, base: "itself" }));
    expect(printSvg({ ...REPORT, results })).not.toContain("<rect x=");
  });
});

import { expect, test } from "vitest";
import { sumOf } from "./process-gauge.ts";

const PAGE = `# HELP in_flight Requests under way.
# TYPE in_flight gauge
in_flight{deployment="a"} 2
in_flight{deployment="b"} 3
in_flight_other{deployment="a"} 7
# TYPE idle gauge
`;

test.each([
  ["all series of a gauge", "in_flight", 5],
  ["one that has no series yet", "idle", 0],
])("%s", (_what, name, sum) => {
  expect(sumOf(PAGE, name)).toBe(sum);
});

test("a name that the page does not know is an error, not 0", () => {
  expect(() => sumOf(PAGE, "in_fligh")).toThrow("/metrics has no in_fligh");
});

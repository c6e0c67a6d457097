import { describe, expect, it } from "vitest";
import { replaceBetweenMarkers } from "./between-markers.ts";

const begin = "<!-- begin -->";
const end = "<!-- end -->";

describe("the generated part of a page", () => {
  it("is replaced and the rest kept", () => {
    const page = `# Title\n\n${begin}\nold\n${end}\n\nMore.\n`;
    const once = replaceBetweenMarkers(page, { begin, end }, "new");
    expect(once).toBe(`# Title\n\n${begin}\n\nnew\n\n${end}\n\nMore.\n`);
    expect(replaceBetweenMarkers(once, { begin, end }, "new")).toBe(once);
  });

  it("is the whole page where there are no markers", () => {
    expect(replaceBetweenMarkers("", { begin, end }, "new")).toBe(`${begin}\n\nnew\n\n${end}\n`);
  });
});

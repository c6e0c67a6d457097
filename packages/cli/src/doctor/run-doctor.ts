import { CHECKS } from "./checks/index.ts";
import { judgeUnusable } from "./checks/config.ts";
import type { CheckFinding } from "./finding.ts";
import type { Site, UnusableSite } from "./site.ts";

/** Makes all checks at once; their findings are in the order of the table. One that breaks says so and stops no other. */
export async function runChecks(site: Site | UnusableSite): Promise<readonly CheckFinding[]> {
  if (site.config === null) return judgeUnusable(site).map((finding) => ({ check: "config", ...finding }));
  const made = CHECKS.map(async ({ name, run }) => {
    try {
      return (await run(site)).map((finding) => ({ check: name, ...finding }));
    } catch (error) {
      return [broken(name, error)];
    }
  });
  return (await Promise.all(made)).flat();
}

function broken(check: string, error: unknown): CheckFinding {
  const why = error instanceof Error ? error.message : String(error);
  return {
    check,
    state: "fail",
    subject: "rollcall doctor",
    detail: `internal error: ${why}`,
    remedy: "Report it.",
  };
}

import { expect, test } from "vitest";
import { error, printPath, printProblem, warning, type Path } from "./problem.ts";

test.each<[Path, string]>([
  [[], ""],
  [["model_list"], "model_list"],
  [["model_list", 0, "litellm_params", "api_base"], "model_list[0].litellm_params.api_base"],
  [["router_settings", "fallbacks", 1, "chat", 2], "router_settings.fallbacks[1].chat[2]"],
])("the path %j is printed as %j", (path, printed) => {
  expect(printPath(path)).toBe(printed);
});

test("a problem is printed with file, line, column and severity, as compilers do", () => {
  const at = { file: "conf/config.yaml", line: 3, column: 5 };
  expect(printProblem({ ...error(["rollcall", "state"], "is wrong"), at })).toBe(
    "conf/config.yaml:3:5: error: rollcall.state: is wrong",
  );
  expect(printProblem({ ...warning([], "is odd"), at })).toBe("conf/config.yaml:3:5: warning: is odd");
});

import { writtenParams, type ParamsAt } from "./default-params.ts";
import { parseDropPath } from "./drop-path.ts";
import { differs, warning, type Complaint, type Path } from "./problem.ts";
import { isRequestsOwn } from "./request-changes.ts";
import type { WrittenConfig } from "./written.ts";

/** What an entry says of request bodies and cannot have. */
export function requestsAreChangeable(written: WrittenConfig): Complaint[] {
  return writtenParams(written).flatMap(complainOf);
}

function complainOf({ params, path }: ParamsAt): Complaint[] {
  return [
    ...Object.keys(params.extra_body ?? {})
      .filter(isRequestsOwn)
      .map((field) => differs([...path, "extra_body", field], "is not sent: the request's own is")),
    ...(params.additional_drop_params ?? []).flatMap((drop, index) =>
      dropProblem(drop, [...path, "additional_drop_params", index]),
    ),
  ];
}

function dropProblem(written: string, path: Path): Complaint[] {
  const drop = parseDropPath(written);
  if (drop === null)
    return [
      warning(
        path,
        `found ${JSON.stringify(written)}, which names no field: write temperature or tools[*].function.strict`,
      ),
    ];
  return isRequestsOwn(drop[0]) ? [differs(path, "is never taken out of a request")] : [];
}

/** Entries of services of others are said to get what they may refuse. */
export function droppingDiffers(written: WrittenConfig, hosted: readonly number[]): Complaint[] {
  const [first] = hosted;
  if (first === undefined) return [];
  const isGlobal = written.litellm_settings?.drop_params === true;
  const own = hosted.filter((index) => written.model_list[index]?.litellm_params.drop_params === true);
  const says =
    "a service of others gets all parameters of a request, and may refuse one that it does not know";
  return [
    ...(isGlobal ? [differs(["litellm_settings", "drop_params"], says)] : []),
    ...own.map((index) => differs(["model_list", index, "litellm_params", "drop_params"], says)),
  ];
}

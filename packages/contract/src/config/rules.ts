import { FORWARDED_HEADERS } from "../forwarded-headers.ts";
import {
  DEPLOYMENT_KEYS,
  GENERAL_SETTINGS_KEYS,
  LITELLM_SETTINGS_KEYS,
  OTHER_STRATEGIES,
  PARAM_KEYS,
  ROOT_KEYS,
  ROUTER_SETTINGS_KEYS,
  STRATEGIES,
} from "./known-keys.ts";
import { writtenParams } from "./default-params.ts";
import { isSettableHeader } from "./header-names.ts";
import { differs, error, unsupported, warning, type Complaint, type Path } from "./problem.ts";
import { isSendable, NOT_SENDABLE, parseSecretRef } from "./secret-ref.ts";
import { allowedFailsDiffer } from "./read-breaker.ts";
import { requestsAreChangeable } from "./request-rules.ts";
import { didYouMean, guessAmong } from "./suggest.ts";
import { isPattern, patternOf } from "./wildcard.ts";
import { WITHOUT_EFFECT } from "./without-effect.ts";
import type { WrittenConfig } from "./written.ts";

interface Entries {
  /** The original index of each. */
  readonly entries: readonly number[];
  /** Every `model_name` that is written, also of entries that were taken out. */
  readonly names: ReadonlySet<string>;
}

/** Looks at the written config as a whole and says what no schema can. */
type Rule = (written: WrittenConfig, entries: Entries) => Complaint[];

const keysHaveAnEffect: Rule = (written) => {
  const sections: readonly [Path, object | undefined, typeof ROOT_KEYS][] = [
    [[], written, ROOT_KEYS],
    [["litellm_settings"], written.litellm_settings, LITELLM_SETTINGS_KEYS],
    [["router_settings"], written.router_settings, ROUTER_SETTINGS_KEYS],
    [["general_settings"], written.general_settings, GENERAL_SETTINGS_KEYS],
    ...written.model_list.map((entry, index): [Path, object, typeof ROOT_KEYS] => [
      ["model_list", index],
      entry,
      DEPLOYMENT_KEYS,
    ]),
    ...writtenParams(written).map(({ path, params }): [Path, object, typeof ROOT_KEYS] => [
      path,
      params,
      PARAM_KEYS,
    ]),
  ];
  const told = new Map<string, string>();
  return sections.flatMap(([path, section, keys]) =>
    Object.keys(section ?? {})
      .filter((key) => !keys.used.includes(key))
      .map((key) =>
        key === "database_url" && path[0] === "general_settings"
          ? unsupported([...path, key], whereKeysAre(written))
          : keys.known.includes(key)
            ? unsupported([...path, key], noEffect(key, told))
            : warning([...path, key], whyUnknown(key, path, keys)),
      ),
  );
};

/** With LiteLLM, `database_url` is what makes virtual keys work. */
function whereKeysAre({ rollcall }: WrittenConfig): string {
  const { keys } = rollcall ?? {};
  const areKept = typeof keys === "object" ? keys.enabled : keys;
  return areKept === true
    ? "has no effect here yet: virtual keys are kept in SQLite, in the state directory"
    : "has no effect here yet: rollcall.keys: true keeps virtual keys, in SQLite";
}

/** `told`: what has been said, and of which key: others get no more than a reference to it. */
function noEffect(key: string, told: Map<string, string>): string {
  const says = WITHOUT_EFFECT.get(key);
  if (says === undefined) return "is a LiteLLM setting that has no effect here";
  const first = told.get(says) ?? key;
  told.set(says, first);
  return first === key ? says : `has no effect here, as ${first} has none`;
}

function whyUnknown(key: string, path: Path, keys: typeof ROOT_KEYS): string {
  if (path.length === 2 && PARAM_KEYS.used.includes(key)) {
    return "belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)";
  }
  const nearest = didYouMean(key, [...keys.used, ...keys.known]);
  // LiteLLM sends it.
  const remedy = keys === PARAM_KEYS ? ": what is to be sent with requests goes into extra_body" : "";
  return `unknown key, no effect${nearest === "" ? remedy : nearest}`;
}

/** `model_info` may hold what it likes; these are written there by people who mean what is above it. */
const MISPLACED: ReadonlySet<string> = new Set(
  "api_base api_key rpm tpm weight order max_parallel_requests timeout stream_timeout num_retries".split(" "),
);

const parametersStandInTheirPlace: Rule = (written) =>
  written.model_list.flatMap(({ model_info: info = {} }, index) =>
    Object.keys(info)
      .filter((key) => MISPLACED.has(key))
      .map((key) =>
        warning(
          ["model_list", index, "model_info", key],
          "belongs under litellm_params; in model_info it has no effect",
        ),
      ),
  );

const idsAreUnique: Rule = (written, { entries }) => {
  const seen = new Map<string, number>();
  return written.model_list.flatMap((entry, index) => {
    const id = entry.model_info?.id;
    if (id === undefined) return [];
    const first = seen.get(id);
    seen.set(id, first ?? index);
    return first === undefined
      ? []
      : [
          error(
            ["model_list", index, "model_info", "id"],
            `${JSON.stringify(id)} is already the id of model_list[${entries[first]}]: ids must differ`,
          ),
        ];
  });
};

const fallbacksExist: Rule = (written, { names: models }) => {
  // What fallbacks may point to is what apps may send.
  const names = new Set([...models, ...Object.keys(written.router_settings?.model_group_alias ?? {})]);
  const patterns = [...models].filter(isPattern);
  const guess = guessAmong([...names]);
  const complain = (path: Path, name: string): Complaint[] => {
    if (names.has(name) || name === "*" || patternOf(name, patterns) !== undefined) return [];
    const found = `${JSON.stringify(name)} is not a model_name in model_list`;
    return [error(path, `${found}${guess(name)}`)];
  };
  return (["litellm_settings", "router_settings"] as const).flatMap((section) => [
    ...(["fallbacks", "context_window_fallbacks"] as const).flatMap((key) =>
      (written[section]?.[key] ?? []).flatMap((entry, index) =>
        Object.entries(entry).flatMap(([from, targets]) => {
          const path = [section, key, index, from];
          return [
            ...complain(path, from),
            ...targets.flatMap((target, at) => complain([...path, at], target)),
          ];
        }),
      ),
    ),
    ...(written[section]?.default_fallbacks ?? []).flatMap((name, index) =>
      complain([section, "default_fallbacks", index], name),
    ),
  ]);
};

const groupAliasesPointToAliases: Rule = (written, { names }) => {
  const patterns = [...names].filter(isPattern);
  const guess = guessAmong([...names]);
  return Object.entries(written.router_settings?.model_group_alias ?? {}).flatMap(([alias, target]) => {
    const path = ["router_settings", "model_group_alias", alias];
    const name = typeof target === "string" ? target : target.model;
    if (names.has(alias)) {
      return [warning(path, "is a model_name in model_list too: the deployments of that name win")];
    }
    return names.has(name) || patternOf(name, patterns) !== undefined
      ? []
      : [
          error(
            path,
            `points to ${JSON.stringify(name)}, which is not a model_name in model_list${guess(name)}`,
          ),
        ];
  });
};

const strategyIsKnown: Rule = (written) =>
  (["litellm_settings", "router_settings"] as const).flatMap((section) => {
    const strategy = written[section]?.routing_strategy;
    if (strategy === undefined || STRATEGIES.some((known) => known === strategy)) return [];
    const path = [section, "routing_strategy"];
    return OTHER_STRATEGIES.includes(strategy)
      ? [
          differs(
            path,
            `${strategy} is not implemented: two random choices over requests under way are used instead`,
          ),
        ]
      : [
          error(
            path,
            `found ${JSON.stringify(strategy)}, expected one of ${[...STRATEGIES, ...OTHER_STRATEGIES].join(", ")}${didYouMean(strategy, STRATEGIES)}`,
          ),
        ];
  });

const headersCanBeSent: Rule = (written) =>
  writtenParams(written).flatMap(({ path, params }) =>
    (["headers", "extra_headers"] as const).flatMap((key) =>
      Object.keys(params[key] ?? {})
        .filter((name) => !isSettableHeader(name))
        .map((name) =>
          error(
            [...path, key, name],
            "cannot be set: not a valid header name, or one that belongs to the connection",
          ),
        ),
    ),
  );

const masterKeyCanBeSent: Rule = ({ general_settings: settings }) => {
  const key = parseSecretRef(settings?.master_key);
  return key.from === "literal" && !isSendable(key.value)
    ? [error(["general_settings", "master_key"], NOT_SENDABLE)]
    : [];
};

/** What goes on to backends or into the log: a key there would, too. */
const PASSED_ON: ReadonlySet<string> = new Set([...FORWARDED_HEADERS, "x-request-id"]);

const keyHeaderCanBringKeys: Rule = ({ general_settings: settings }) => {
  const name = settings?.litellm_key_header_name;
  if (name === undefined) return [];
  const isHeader = isSettableHeader(name);
  if (isHeader && !PASSED_ON.has(name.toLowerCase())) return [];
  const message = isHeader
    ? "goes on to backends, and the key would with it: choose another, such as X-Litellm-Key"
    : "cannot bring a key: not a valid header name, or one that belongs to the connection";
  return [error(["general_settings", "litellm_key_header_name"], message)];
};

const environmentReferencesStandInMaps: Rule = (written) =>
  (written.include ?? []).flatMap((file, index) =>
    file.startsWith("os.environ/")
      ? [warning(["include", index], "os.environ/ is not resolved in a list (in LiteLLM neither)")]
      : [],
  );

/** As shells and compose files have it. Anybody could guess such a key. */
const SHELL_VARIABLE = /^\$(?:\{(\w+)[^}]*\}|([A-Z_][A-Z0-9_]*))$/;

function variableAsKey(path: Path, key: string | undefined): Complaint[] {
  const [, braced, bare] = SHELL_VARIABLE.exec(key ?? "") ?? [];
  const name = braced ?? bare;
  if (name === undefined) return [];
  return [error(path, `is a variable that nothing fills in here: write os.environ/${name}`)];
}

const keysAreNoVariables: Rule = (written) => [
  ...variableAsKey(["general_settings", "master_key"], written.general_settings?.master_key),
  ...writtenParams(written).flatMap(({ path, params }) =>
    variableAsKey([...path, "api_key"], params.api_key),
  ),
];

export const RULES: readonly Rule[] = [
  keysHaveAnEffect,
  parametersStandInTheirPlace,
  idsAreUnique,
  fallbacksExist,
  groupAliasesPointToAliases,
  strategyIsKnown,
  headersCanBeSent,
  masterKeyCanBeSent,
  keysAreNoVariables,
  keyHeaderCanBringKeys,
  allowedFailsDiffer,
  requestsAreChangeable,
  environmentReferencesStandInMaps,
];

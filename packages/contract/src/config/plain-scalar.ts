import { Scalar, type ScalarTag } from "yaml";

/** A scalar written without quotes that YAML takes for something other than text, with the text that stands there. */
export class PlainScalar {
  /** A date is nothing that any setting wants, so its moment is not worked out. */
  readonly value: number | boolean | null | "date";
  readonly source: string;

  constructor(value: number | boolean | null | "date", source: string) {
    this.value = value;
    this.source = source;
  }
}

/** How PyYAML, LiteLLM's parser, tells them apart (`yaml/resolver.py`): `y` and `1e5` are text, `on` and `017` are not. */
const RULES: readonly [tag: string, test: RegExp, read: (source: string) => PlainScalar["value"]][] = [
  ["null", /^(?:~|null|Null|NULL)$/, () => null],
  [
    "bool",
    /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
    (source) => /^(?:yes|true|on)$/i.test(source),
  ],
  [
    "int",
    /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
    readInt,
  ],
  [
    "float",
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    readFloat,
  ],
  [
    "timestamp",
    /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
    () => "date",
  ],
];

/** Tags for the parser. Nothing at all stays null, so that `api_key:` is no key. */
export const PLAIN_TAGS: readonly ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:null",
    default: true,
    test: /^$/,
    resolve: () => new Scalar(null),
  },
  ...RULES.map(([tag, test, read]): ScalarTag => ({
    tag: `tag:yaml.org,2002:${tag}`,
    default: true,
    test,
    resolve: (source) => new PlainScalar(read(source), source),
  })),
];

export const PLAIN_TAG_NAMES: ReadonlySet<string> = new Set(PLAIN_TAGS.map(({ tag }) => tag));

function readInt(source: string): number {
  const digits = source.replaceAll("_", "").replace(/^[-+]/, "");
  return signOf(source) * (digits.includes(":") ? sexagesimal(digits) : Number(withPrefix(digits)));
}

/** A leading 0 means octal digits. */
function withPrefix(digits: string): string {
  return /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
}

function readFloat(source: string): number {
  const digits = source.replaceAll("_", "").replace(/^[-+]/, "").toLowerCase();
  if (digits === ".inf") return signOf(source) * Infinity;
  return signOf(source) * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
}

function sexagesimal(digits: string): number {
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function signOf(source: string): number {
  return source.startsWith("-") ? -1 : 1;
}

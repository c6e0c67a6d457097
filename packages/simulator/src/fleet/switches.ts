/** What a backend of a fleet does when it is asked. */
const SWITCHES = {
  well: "answers",
  hang: "takes the request in and never answers",
  drip: "/v1/models comes one byte per 200 ms",
  endless: "/v1/models sends junk without end",
  redirect: "/v1/models 302 to /login",
  down: "refuses connections; where it has no port of its own, they are reset",
} as const satisfies Record<string, string>;

export type Switch = keyof typeof SWITCHES;

export const SWITCH_NAMES = Object.keys(SWITCHES) as Switch[];

/** What `--quick` runs unless scenarios or systems are named: enough to see where one stands, in under two minutes. */
export const QUICK = {
  scenarios: ["small-1", "small-32", "streams-100", "prompt-1m"],
  systems: ["direct", "nginx", "haproxy", "rollcall"],
  rounds: 2,
  /** Of each measurement's seconds. */
  share: 0.5,
} as const;

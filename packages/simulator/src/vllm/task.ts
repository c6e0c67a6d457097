/** What a model is for; routes are there for what it can do. */
export const TASKS = ["generate", "embed", "realtime"] as const;

export type Task = (typeof TASKS)[number];

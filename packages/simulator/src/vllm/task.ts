/** What a model is for; routes are there for what it can do. Speech and pictures are vllm-omni's. */
export const TASKS = [
  "generate",
  "embed",
  "score",
  "classify",
  "transcription",
  "speech",
  "image",
  "realtime",
] as const;

export type Task = (typeof TASKS)[number];

/** What other kinds serve without telling models apart. */
export const TEXT_TASKS = ["generate", "embed"] as const satisfies readonly Task[];

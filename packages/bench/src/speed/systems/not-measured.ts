import type { AbsentSystem } from "../report.ts";

/** Peers that the bench has no starter for, since they could not be installed from a registry when it was made. */
export const NOT_MEASURED: readonly AbsentSystem[] = [
  { name: "Olla", install: "go install github.com/thushan/olla@latest" },
  { name: "llama-swap", install: "go install github.com/mostlygeek/llama-swap@latest" },
  { name: "Bifrost", install: "npx -y @maximhq/bifrost@1.6.3" },
];

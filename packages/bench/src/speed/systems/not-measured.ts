import type { AbsentSystem } from "../report.ts";

const REFUSED = "refused by the module proxy on 2026-11-26 (Go 1.26)";

/** Peers that the bench has no starter for, since they could not be installed where it was made. */
export const NOT_MEASURED: readonly AbsentSystem[] = [
  { name: "Olla", install: "go install github.com/thushan/olla@latest", why: REFUSED },
  { name: "llama-swap", install: "go install github.com/mostlygeek/llama-swap@latest", why: REFUSED },
  {
    name: "Bifrost",
    install: "go install github.com/maximhq/bifrost/transports/bifrost-http@latest",
    why: `${REFUSED}; its npm package fetches its program from elsewhere when it starts`,
  },
];

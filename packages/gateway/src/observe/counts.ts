import type { Registry } from "prom-client";

/** All that was counted, as it goes from one process to another. */
export type Counts = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

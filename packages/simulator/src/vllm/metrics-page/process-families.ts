import type { Family, Sample } from "./prometheus-text.ts";

const GENERATIONS = ["0", "1", "2"];

/** Python's own metrics and the process's. Only the start time is a true one. */
export function processFamilies(startedAtSeconds: number): Family[] {
  return [
    perGeneration("python_gc_objects_collected_total", "Objects collected during gc", 2000),
    perGeneration("python_gc_objects_uncollectable_total", "Uncollectable objects found during GC", 0),
    perGeneration("python_gc_collections_total", "Number of times this generation was collected", 100),
    {
      name: "python_info",
      help: "Python platform information",
      type: "gauge",
      samples: [["python_info", PYTHON, 1]],
    },
    gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", 4_778_438_656),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", 986_083_328),
    gauge(
      "process_start_time_seconds",
      "Start time of the process since unix epoch in seconds.",
      startedAtSeconds,
    ),
    {
      ...gauge("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", 19.8),
      type: "counter",
    },
    gauge("process_open_fds", "Number of open file descriptors.", 34),
    gauge("process_max_fds", "Maximum number of open file descriptors.", 20_000),
  ];
}

const PYTHON = { implementation: "CPython", major: "3", minor: "12", patchlevel: "1", version: "3.12.1" };

function perGeneration(name: string, help: string, value: number): Family {
  const samples = GENERATIONS.map((generation): Sample => [name, { generation }, value]);
  return { name, help, type: "counter", samples };
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, type: "gauge", samples: [[name, {}, value]] };
}

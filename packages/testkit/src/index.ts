export { FakeClock, settle, type FakeClockOptions } from "./fake-clock.ts";
export { readProcesses } from "./leftover-processes.ts";
export { pause, until } from "./until.ts";
export { noteVersion } from "./note-version.ts";

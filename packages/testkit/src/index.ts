export { FakeClock, settle, type FakeClockOptions } from "./fake-clock.ts";
export { pause, until } from "./until.ts";

export { freePort } from "./free-port.ts";
export { FakeClock, settle, type FakeClockOptions } from "./fake-clock.ts";
export { readProcesses } from "./leftover-processes.ts";
export { CHROMIUM_NAMES, findChromium } from "./find-chromium.ts";
export { pause, until } from "./until.ts";
export { noteVersion } from "./note-version.ts";
export { noteFigure } from "./note-figure.ts";
export { Program, run, type Finished, type ProgramOptions } from "./program.ts";
export { installOnce, runSteps, type InstallStep } from "./install-once.ts";
export { installPython, missingPython, pythonIn } from "./python-environment.ts";
export {
  startOtlpReceiver,
  type OtlpReceiver,
  type OtlpValue,
  type ReceivedEvent,
  type ReceivedExport,
  type ReceivedSpan,
} from "./otlp-receiver.ts";

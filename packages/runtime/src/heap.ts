import v8 from "node:v8";

/**
 * V8 lets the space for new objects grow to 64 MB and more, and each long stream that outlives a few of its collections is
 * moved out of it: what is worth collecting is then elsewhere. One that fits into a cache of the processor also costs less.
 */
const NEW_SPACE_BYTES = 4 * 1024 * 1024;

/** By how much the old space may grow before it is collected again. V8 itself waits until it is several times as large. */
const OLD_SPACE_GROWTH_PERCENT = 40;

const LOOK_MS = 100;

/**
 * Holds a daemon's heap near what it needs, however it was started: for the whole process, to its end. These flags are read
 * by V8 whenever it decides, so that they can be set while it runs; the flag that limits the new space is not.
 */
export function boundHeap(): void {
  // Of a small new space hardly anything lives on: to wake threads that help to move it costs more than they save.
  v8.setFlagsFromString("--no-parallel-scavenge");
  v8.setFlagsFromString(`--heap-growing-percent=${OLD_SPACE_GROWTH_PERCENT}`);
  let mayGrow = true;
  const timer = setInterval(() => {
    const small = newSpaceBytes() < NEW_SPACE_BYTES;
    if (small === mayGrow) return;
    mayGrow = small;
    v8.setFlagsFromString(`--semi-space-growth-factor=${small ? 2 : 1}`);
  }, LOOK_MS);
  timer.unref();
}

/** Of the half that is in use: the other one is there to copy to. */
function newSpaceBytes(): number {
  const space = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  return space === undefined ? 0 : space.space_used_size + space.space_available_size;
}

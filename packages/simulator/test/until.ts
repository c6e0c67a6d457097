/** Waits while timers stand still. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

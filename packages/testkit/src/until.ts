/** Asks again and again, soon after each other, and resolves with how long it took in milliseconds; rejects when it takes too long. */
export async function until(fact: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<number> {
  const start = performance.now();
  for (;;) {
    if (await fact()) return performance.now() - start;
    if (performance.now() - start > withinMs) throw new Error(`did not come true within ${withinMs} ms`);
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

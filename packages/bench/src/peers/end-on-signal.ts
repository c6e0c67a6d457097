/** Ends the bench at Ctrl-C and SIGTERM as an exit does: with what ends its children, which a signal by itself passes over. */
export function endOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
}

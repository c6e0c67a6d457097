/** `02:14:07`, in UTC; with the date where it is another day than `now`. */
export function printTime(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const time = iso.slice(11, 19);
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}

/** For `<time datetime>`. */
export function printInstant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

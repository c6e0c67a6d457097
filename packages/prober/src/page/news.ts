import type { Event } from "../events.ts";
import type { Asked } from "./asked.ts";
import { printName } from "./view/print.ts";
import { REASON_WORDS } from "./view/words.ts";

const MOST = 5;

/** Transitions in a sentence each, for those who listen to the page instead of looking at it: no numbers, no times. */
export function printNews(events: readonly Event[], asked: Asked): string {
  const own = events.filter((event) => {
    if (event.from === event.to) return false;
    if (asked.kind === "fleet") return true;
    return asked.name === (asked.kind === "alias" ? event.alias : event.deployment);
  });
  const told = own
    .slice(0, MOST)
    .map(({ deployment, to }) => `${printName(deployment)}: ${REASON_WORDS[to].word.toLowerCase()}.`);
  return [...told, ...(own.length > MOST ? [`And ${own.length - MOST} others.`] : [])].join(" ");
}

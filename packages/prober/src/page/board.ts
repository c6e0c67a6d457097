import type { ServerResponse } from "node:http";
import type { ProberHttp } from "../http/context.ts";
import { printAsked, type Asked } from "./asked.ts";
import { pageFiles } from "./files.ts";
import { gatherFacts, momentOf } from "./gather-facts.ts";
import type { GatewayNotes } from "./gateway-notes.ts";
import type { Follower, Frame } from "./sheet.ts";
import { Sheet } from "./sheet.ts";
import { redact, type PageFacts } from "./view/facts.ts";

/** So many different pages are kept; the one that nobody asked for longest makes room. */
const MOST_SHEETS = 32;

/** More people than look at one fleet. */
const MOST_FOLLOWERS = 512;

const LOOK_MS = 200;
const BEAT_MS = 1_000;

/** Changes go out at once, but no more often than that. */
const LEAST_MS = 1_000;

/** Figures that move all the time are sent so often. */
const FIGURES_MS = 5_000;

/** Times what the last rendering took: so long nothing is rendered, so that probes have the time. */
const QUIET_FACTOR = 9;

/** Whoever takes nothing for so long is gone. */
const STUCK_MS = 30_000;

/** All pages that somebody looks at: each is rendered once for all who do, and they are told what changed. */
export class Board {
  readonly #http: ProberHttp;
  readonly #notes: Pick<GatewayNotes, "latest">;
  /** By what was asked for, the one that was asked for last at the end. */
  readonly #sheets = new Map<string, Sheet>();
  /** About when the prober began, monotonic. */
  readonly #startedAt: number;
  #versions = 0;
  #facts: { readonly moment: string; readonly at: number; readonly told: PageFacts } | null = null;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #isFollowed = false;

  constructor(http: ProberHttp, notes: Pick<GatewayNotes, "latest">) {
    this.#http = http;
    this.#notes = notes;
    this.#startedAt = http.clock.monotonic();
  }

  /** The page as it is now. Who may read no details gets another. */
  sheetOf(asked: Asked, tellsDetails: boolean): Sheet {
    const key = `${tellsDetails ? "all" : "open"}?${asked.kind}&${printAsked(asked)}`;
    const known = this.#sheets.get(key);
    const sheet = known ?? new Sheet(asked, () => this.#nextVersion());
    this.#sheets.delete(key);
    this.#sheets.set(key, sheet);
    this.#makeRoom();
    const { clock } = this.#http;
    const facts = this.#current(tellsDetails);
    // Its followers hear by the loop; a new one begins with what they have.
    const isFresh = sheet.facts?.now === facts.now || (sheet.followers.size > 0 && sheet.facts !== null);
    if (!isFresh) sheet.refresh(facts, clock.monotonic());
    return sheet;
  }

  /** Sends what changes until the reader goes. `seen` is the version that it has. False: there are too many. */
  follow(sheet: Sheet, response: ServerResponse, seen: string): boolean {
    const all = [...this.#sheets.values()].reduce((sum, { followers }) => sum + followers.size, 0);
    if (all >= MOST_FOLLOWERS) return false;
    const follower: Follower = { response, isFull: false, isBehind: seen !== sheet.version };
    response.setTimeout(STUCK_MS, () => response.destroy());
    response.on("drain", () => (follower.isFull = false));
    response.once("close", () => sheet.followers.delete(follower));
    sheet.followers.add(follower);
    response.write(beat(this.#http.clock.now()));
    catchUp(sheet, follower);
    void this.#loop();
    return true;
  }

  #nextVersion(): string {
    this.#versions += 1;
    return `${this.#http.prober.instance}.${this.#versions}`;
  }

  #makeRoom(): void {
    for (const [key, { followers }] of this.#sheets) {
      if (this.#sheets.size <= MOST_SHEETS) return;
      if (followers.size === 0) this.#sheets.delete(key);
    }
  }

  #gather(): PageFacts {
    return gatherFacts(this.#http, { startedAt: this.#startedAt, gatewayNotes: this.#notes.latest() });
  }

  /** Gathered once for all pages of one moment. */
  #current(tellsDetails: boolean): PageFacts {
    const { clock } = this.#http;
    const [moment, now] = [momentOf(this.#http), clock.monotonic()];
    const isOld = this.#facts === null || this.#facts.moment !== moment || now - this.#facts.at >= LEAST_MS;
    if (this.#facts === null || isOld) this.#facts = { moment, at: now, told: this.#gather() };
    return tellsDetails ? this.#facts.told : redact(this.#facts.told);
  }

  /** While anybody follows. */
  async #loop(): Promise<void> {
    if (this.#isFollowed) return;
    this.#isFollowed = true;
    const { clock } = this.#http;
    let moment = "";
    let beatAt = clock.monotonic();
    while (this.#followed().length > 0) {
      await clock.sleep(LOOK_MS);
      const now = clock.monotonic();
      if (now - beatAt >= BEAT_MS) {
        beatAt = now;
        this.#beat();
      }
      const next = momentOf(this.#http);
      if (now < this.#quietUntil) continue;
      if (this.#send(next !== moment, now)) moment = next;
    }
    this.#isFollowed = false;
  }

  #followed(): readonly (readonly [key: string, sheet: Sheet])[] {
    return [...this.#sheets].filter(([, { followers }]) => followers.size > 0);
  }

  /** Renders what is due. True: all that there was to tell is told. */
  #send(isNew: boolean, now: number): boolean {
    const { clock } = this.#http;
    let isAllTold = true;
    for (const [key, sheet] of this.#followed()) {
      const age = now - sheet.renderedAt;
      if (age >= FIGURES_MS || (isNew && age >= LEAST_MS)) {
        const frame = sheet.refresh(this.#current(key.startsWith("all")), now);
        if (frame !== null) sendAll(sheet, frame);
      } else if (isNew) isAllTold = false;
      for (const follower of sheet.followers) catchUp(sheet, follower);
    }
    const end = clock.monotonic();
    this.#quietUntil = end + QUIET_FACTOR * (end - now);
    return isAllTold;
  }

  #beat(): void {
    const event = beat(this.#http.clock.now());
    for (const [, { followers }] of this.#followed())
      for (const follower of followers) if (!follower.isFull) write(follower, event);
  }
}

/** Says that the prober lives, and what time it has. */
function beat(now: number): Buffer {
  return Buffer.from(`event: beat\ndata: ${now}\n\n`);
}

/** One text for all: what a slow one has not taken is no copy of its own. */
function sendAll({ followers }: Sheet, frame: Frame): void {
  const event = printFrame(frame);
  for (const follower of followers) {
    if (follower.isBehind) continue;
    if (follower.isFull) follower.isBehind = true;
    else write(follower, event);
  }
}

function catchUp(sheet: Sheet, follower: Follower): void {
  if (!follower.isBehind || follower.isFull) return;
  const frame = sheet.whole();
  if (frame === null) return;
  follower.isBehind = false;
  write(follower, printFrame(frame));
}

function write(follower: Follower, event: Buffer): void {
  follower.isFull = !follower.response.write(event);
}

function printFrame(frame: Frame): Buffer {
  const { icon, script } = pageFiles();
  return Buffer.from(
    `event: change\ndata: ${JSON.stringify({ ...frame, icon: icon(frame.shape), script })}\n\n`,
  );
}

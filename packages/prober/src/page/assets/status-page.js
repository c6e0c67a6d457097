// @ts-check
// Keeps the page fresh: follows the prober's events and replaces only what changed. Without it the page is whole.

/** @typedef {{ id: string, html: string }} Piece */
/** @typedef {{ version: string, at: number, title: string, icon: string, script: string, said: string, pieces: Piece[] }} Change */

const SILENCE_MS = 3_000;
const RETRY_MS = 2_000;
const SAY_MS = 5_000;

const { body } = document;
const livePath = body.dataset["live"] ?? "/live";
const elementOf = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const state = {
  version: body.dataset["version"] ?? "",
  /** By the prober's clock: what is shown is as of then. */
  at: Number(body.dataset["at"]),
  heardAt: performance.now(),
  paused: false,
  lost: false,
  /** Too many look: there is no news for this one. */
  refused: false,
  title: document.title,
  pausedAt: 0,
};
/** Not shown yet: the reader is at it. @type {Map<string, string>} */
const waiting = new Map();
let changesWaiting = 0;
/** @type {EventSource | null} */
let source = null;
let triedAt = 0;
/** @type {string[]} */
let sayings = [];

const printTime = (/** @type {number} */ at) => `${new Date(at).toISOString().slice(11, 19)} UTC`;

/** @param {string} name @param {Record<string, string>} attributes @param {(string | Node)[]} children */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// ---- what the reader does

/** Does the reader mark text? Replacing it would take the mark away. */
const isSelecting = () => document.getSelection()?.isCollapsed === false;

/** Cards come and go only while nobody is in them; a field that is being filled in stays. @param {string} id */
function isInUse(id) {
  const part = document.getElementById(id);
  if (part === null || !part.contains(document.activeElement)) return false;
  return id === "todo" || document.activeElement?.matches("input, select") === true;
}

// ---- replacing

/** Makes `from` what `to` is, and touches only what differs. @param {Node} from @param {Node} to */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (!(from instanceof Element) || !(to instanceof Element) || from.tagName !== to.tagName) {
    from.parentNode?.replaceChild(to.cloneNode(true), from);
    return;
  }
  for (const { name } of Array.from(from.attributes)) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  const [own, others] = [[...from.childNodes], [...to.childNodes]];
  for (const [index, other] of others.entries()) {
    const one = own[index];
    if (one === undefined) from.appendChild(other.cloneNode(true));
    else morph(one, other);
  }
  for (const one of own.slice(others.length)) one.remove();
}

/** @param {string} id @param {string} html */
function replace(id, html) {
  const old = document.getElementById(id);
  if (old === null) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  if (old instanceof HTMLTableRowElement) {
    const row = template.content.firstElementChild;
    if (row !== null) morph(old, row);
  } else {
    const next = /** @type {Element} */ (old.cloneNode(false));
    next.append(template.content);
    for (const line of next.querySelectorAll(".copy")) addCopy(line);
    morph(old, next);
  }
}

/** What is in sight stays where it is when something above it grows or goes. @param {() => void} work */
function withoutJump(work) {
  const anchor =
    scrollY < 40
      ? undefined
      : [...document.querySelectorAll("main .part > *, main tr")].find(
          (one) => one.getBoundingClientRect().top >= 0,
        );
  const before = anchor?.getBoundingClientRect().top ?? 0;
  work();
  if (anchor?.isConnected === true)
    scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}

function show() {
  if (waiting.size === 0 || state.paused || isSelecting()) return tell();
  withoutJump(() => {
    for (const [id, html] of waiting) {
      if (isInUse(id)) continue;
      waiting.delete(id);
      replace(id, html);
    }
  });
  if (waiting.size === 0) changesWaiting = 0;
  tell();
}

// ---- what is said of the page itself

/** @param {string} shape @param {string} title @param {(string | Node)[]} parts */
function notice(shape, title, ...parts) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `i ${shape}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${shape}`);
  svg.append(use);
  return make("section", { class: `notice ${shape}` }, svg, make("h2", {}, title), ...parts);
}

function tell() {
  const place = elementOf("state-of-page");
  const next = make("div", { id: "state-of-page" });
  if (state.lost) {
    const silence = Math.round((performance.now() - state.heardAt) / 1_000);
    next.append(
      notice(
        "warn",
        `The prober does not answer. What you see is as of ${printTime(state.at)} and may be wrong.`,
        make(
          "p",
          {},
          `No news for ${silence} s; asked again every ${RETRY_MS / 1_000} s. Gateways go on by the last verdicts. If it stays: look whether the prober runs (`,
          make("code", {}, "systemctl status rollcall-prober"),
          ").",
        ),
      ),
    );
  }
  if (state.refused) next.append(notice("warn", "Too many pages follow this prober. Reload for news."));
  const held =
    changesWaiting === 0
      ? ""
      : ` ${changesWaiting} ${changesWaiting === 1 ? "change waits" : "changes wait"}.`;
  if (state.paused) next.append(notice("wait", `Paused at ${printTime(state.pausedAt)}.${held}`));
  else if (isSelecting() && waiting.size > 0)
    next.append(notice("wait", `Held while text is selected.${held}`));
  morph(place, next);
  elementOf("as-of").replaceChildren(
    state.lost || state.refused ? "Not live, as of " : state.paused ? "Paused, as of " : "Live, as of ",
    make(
      "b",
      {},
      make(
        "time",
        { datetime: new Date(state.at).toISOString() },
        printTime(state.paused ? state.pausedAt : state.at),
      ),
    ),
  );
  document.title = state.lost ? `? stale · ${state.title}` : state.title;
  pause.textContent = state.paused ? "Go on" : "Pause";
}

/** Shapes say nothing any more when nobody knows whether they hold. @param {boolean} lost */
function setLost(lost) {
  if (state.lost === lost) return;
  state.lost = lost;
  body.classList.toggle("stale", lost);
  for (const use of document.querySelectorAll("main .part use")) {
    const was = use.getAttribute("data-was") ?? use.getAttribute("href") ?? "";
    use.setAttribute("href", lost ? "#i-unknown" : was);
    if (lost) use.setAttribute("data-was", was);
    else use.removeAttribute("data-was");
  }
  say(lost ? "The prober does not answer." : "The prober answers again.");
}

/** @param {string} text */
function say(text) {
  if (text === "") return;
  if (sayings.length === 0) setTimeout(saySoon, SAY_MS);
  sayings.push(text);
}

function saySoon() {
  elementOf("said").textContent = sayings.slice(-5).join(" ");
  sayings = [];
}

// ---- following

function hear() {
  state.heardAt = performance.now();
  setLost(false);
}

/** @param {MessageEvent<string>} event */
function onChange(event) {
  /** @type {Change} */
  const { version, at, title, icon, script, said, pieces } = JSON.parse(event.data);
  // Another build of the prober has another page.
  if (document.querySelector("script")?.getAttribute("src") !== script) return location.reload();
  hear();
  state.version = version;
  state.at = at;
  state.title = title;
  /** @type {HTMLLinkElement} */ (elementOf("icon")).href = icon;
  for (const { id, html } of pieces) waiting.set(id, html);
  if (pieces.some(({ id }) => id === "fleet"))
    for (const id of waiting.keys())
      if (/^l\d+$/.test(id) && !pieces.some((one) => one.id === id)) waiting.delete(id);
  changesWaiting += said === "" ? 0 : 1;
  say(said);
  show();
}

function connect() {
  source?.close();
  triedAt = performance.now();
  const joint = livePath.includes("?") ? "&" : "?";
  source = new EventSource(`${livePath}${joint}seen=${encodeURIComponent(state.version)}`);
  source.addEventListener("change", onChange);
  source.addEventListener("beat", (event) => {
    hear();
    if (!state.paused) state.at = Number(event.data);
    show();
  });
  source.addEventListener("full", () => {
    source?.close();
    state.refused = true;
    tell();
  });
  source.addEventListener("error", () => {
    source?.close();
    source = null;
    setLost(true);
    tell();
  });
}

/** @param {Element} line */
function addCopy(line) {
  const button = make(
    "button",
    { class: "button low", type: "button", "aria-label": `Copy ${line.textContent}` },
    "Copy",
  );
  line.append(button);
}

const pause = make("button", { class: "button low", type: "button", id: "pause" }, "Pause");
pause.addEventListener("click", () => {
  state.paused = !state.paused;
  state.pausedAt = state.at;
  show();
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest(".copy button") : null;
  const text = button?.parentElement?.querySelector("code")?.textContent;
  if (button === null || text === undefined || text === null) return;
  // Without HTTPS browsers give no clipboard: the line is marked then, to be copied by hand.
  const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
  copied.then(
    () => (button.textContent = "Copied"),
    () =>
      document
        .getSelection()
        ?.selectAllChildren(/** @type {Element} */ (button.parentElement?.firstElementChild)),
  );
  setTimeout(() => (button.textContent = "Copy"), SILENCE_MS);
});
document.addEventListener("selectionchange", () => show());
document.addEventListener("visibilitychange", () => {
  // A browser opens six connections to a host: a tab that nobody sees needs none of them.
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (source === null && !state.refused) {
    state.heardAt = performance.now();
    connect();
  }
});
setInterval(() => {
  if (document.hidden || state.refused) return;
  const now = performance.now();
  if (source !== null && now - state.heardAt < SILENCE_MS) return;
  setLost(true);
  tell();
  if (now - triedAt >= RETRY_MS) connect();
}, 500);

elementOf("controls").replaceChildren(pause);
for (const line of document.querySelectorAll(".copy")) addCopy(line);
connect();

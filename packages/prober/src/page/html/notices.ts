import { isStale } from "@rollcall/contract";
import type { PageFacts } from "../view/facts.ts";
import { printAge, printName } from "../view/print.ts";
import { icon } from "./icons.ts";
import { html, NOTHING, type Html } from "./markup.ts";

/** What is wrong with the config or with the way to the gateways. */
export function noticesSection(facts: PageFacts): readonly Html[] {
  return [carrier(facts), configFault(facts), restart(facts), gateway(facts), skipped(facts)];
}

function notice(title: string, body: readonly Html[]): Html {
  return html`<section class="notice warn">
    ${icon("warn")}
    <h2>${title}</h2>
    ${body}
  </section>`;
}

function carrier({ writtenAgoMs, startedAgoMs, intervalMs, initialRoundDone }: PageFacts): Html {
  if (!initialRoundDone || !isStale(writtenAgoMs ?? startedAgoMs, intervalMs)) return NOTHING;
  const since =
    writtenAgoMs === null ? "has not been written yet" : `was last written ${printAge(writtenAgoMs)} ago`;
  return notice(`Gateways hear nothing new: the snapshot ${since}`, [
    html`<p>
      They go on by the last verdicts. What is below is newer than what they know. Check that the disk of the
      state file has room and that the prober may write there; its log says what failed.
    </p>`,
  ]);
}

function configFault({ configFault: fault, tellsDetails }: PageFacts): Html {
  if (fault === null) return NOTHING;
  const lines = fault.split("\n").filter((line) => line.trim() !== "");
  const title = "The newest config is not used: the one before stays in force";
  const told = tellsDetails
    ? html`<pre class="fault" tabindex="0" aria-label="Complaints">
${lines.slice(0, MOST_LINES).join("\n")}</pre>`
    : NOTHING;
  const more =
    lines.length > MOST_LINES ? html`<p>and ${lines.length - MOST_LINES} more lines.</p>` : NOTHING;
  return notice(title, [
    told,
    more,
    html`<p><code>rollcall check</code> lists what is wrong with the file.</p>`,
  ]);
}

const MOST_LINES = 12;

function restart({ needRestart, tellsDetails }: PageFacts): Html {
  if (needRestart.length === 0 || !tellsDetails) return NOTHING;
  return notice("Some settings of the prober take effect only after a restart", [
    html`<p>${needRestart.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`)}</p>`,
  ]);
}

function gateway({ gatewayNotes }: PageFacts): Html {
  if (gatewayNotes === null || gatewayNotes.length === 0) return NOTHING;
  return notice("The gateway reports", [
    html`<ul>
      ${gatewayNotes.map((line) => html`<li>${printLine(line)}</li>`)}
    </ul>`,
  ]);
}

function skipped({ skipped: entries }: PageFacts): Html {
  if (entries.length === 0) return NOTHING;
  const shown = entries.slice(0, MOST_LINES);
  return notice(
    entries.length === 1
      ? "1 entry of the config is left out"
      : `${entries.length} entries of the config are left out`,
    [
      html`<ul>
        ${shown.map(
          ([alias, why]) =>
            html`<li>
              <b><bdi>${printName(alias)}</bdi></b
              >: ${why}
            </li>`,
        )}
        ${entries.length > shown.length ? html`<li>and ${entries.length - shown.length} more</li>` : NOTHING}
      </ul>`,
    ],
  );
}

const LONGEST = 300;

function printLine(line: string): string {
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

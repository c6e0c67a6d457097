import type { AccessRecord, Clock, KeySnapshot } from "@rollcall/contract";
import type { Cell, Log } from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/snapshot";
import type { Registry } from "prom-client";
import { KeyMetrics } from "../observe/key-metrics.ts";
import type { Access } from "../pipeline/access.ts";
import type { RoutingState } from "../routing-state.ts";
import { authorizeKey } from "./authorize.ts";
import { KeyAuthenticator } from "./key-authenticator.ts";
import { KeyFeed } from "./key-feed.ts";
import { LeaseAdmission } from "./lease-admission.ts";
import type { HolderCounts, LeaseHolder } from "@rollcall/ledger";
import { RunningRequests, type Revoke } from "./running-requests.ts";

/** Where keys and limits come from. */
export interface KeySources {
  readonly reader: SnapshotReader<KeySnapshot, AccessRecord>;
  readonly holder: LeaseHolder & { readonly counts: HolderCounts };
}

export interface KeyAccessDeps {
  readonly sources: KeySources;
  /** Who knows the master key. */
  readonly master: Access;
  readonly state: Cell<RoutingState>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
  readonly revoke: Revoke;
}

/** The master key as ever, and beside it virtual keys with what they may do. */
export interface KeyAccess extends Access {
  readonly keys: KeyFeed;
  readonly running: RunningRequests;
}

export function keyAccess({
  sources,
  master,
  state,
  registry,
  clock,
  log,
  revoke,
}: KeyAccessDeps): KeyAccess {
  const now = () => clock.now();
  const running = new RunningRequests(now);
  const feed = new KeyFeed({
    reader: sources.reader,
    clock,
    log,
    staleOkMs: () => state.get().config.keys.staleOkMs,
    heard: (keys) => running.sweep(keys, revoke),
  });
  const metrics = new KeyMetrics(registry, feed, sources.holder);
  return {
    keys: feed,
    authenticator: new KeyAuthenticator({
      state,
      master: master.authenticator,
      feed,
      now,
    }),
    running,
    authorize: authorizeKey(running),
    admission: new LeaseAdmission(sources.holder, metrics),
  };
}

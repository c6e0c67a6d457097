import { DEFAULT_BREAKER } from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import { DeploymentHealth } from "./deployment-health.ts";
import { certainty } from "./ejection.ts";

const START = 1_000_000;

function opened(): DeploymentHealth {
  const health = new DeploymentHealth("a");
  for (let turn = 0; turn < 5; turn += 1)
    health.failed({ kind: "timeout", reason: "timeout", at: START }, DEFAULT_BREAKER);
  return health;
}

describe("the breaker", () => {
  test("where it is open is a suspicion, with its reason", () => {
    expect(opened().evidence(START)).toEqual({ definite: false, reason: "timeout" });
  });

  test("where it is half open is none, until its trial is sent", () => {
    const health = opened();
    expect(health.evidence(START + 1_000)).toBe(null);
    health.started(START + 1_000);
    expect(health.evidence(START + 1_000)).not.toBe(null);
    health.inconclusive();
    expect(health.evidence(START + 1_000)).toBe(null);
  });

  test("closes with the whole answer of its trial, and not with its first byte", () => {
    const health = opened();
    health.started(START + 1_000);
    health.firstByte(10, START + 1_010);
    expect(health.evidence(START + 1_010)).not.toBe(null);
    health.ended();
    health.succeeded();
    expect(health.evidence(START + 1_020)).toBe(null);
  });

  test("believes a trial that has streamed for ten seconds", () => {
    const health = opened();
    health.started(START + 1_000);
    health.firstByte(10, START + 1_010);
    expect(health.evidence(START + 11_009)).not.toBe(null);
    expect(health.evidence(START + 11_010)).toBe(null);
  });

  test("that was believed opens again, for longer, with the first fault", () => {
    const health = opened();
    health.started(START + 1_000);
    health.firstByte(10, START + 1_010);
    health.failed({ kind: "server_error", reason: "down", at: START + 20_000 }, DEFAULT_BREAKER);
    expect(health.evidence(START + 21_999)).toEqual({ definite: false, reason: "down" });
    expect(health.evidence(START + 22_000)).toBe(null);
  });
});

describe("an ejection", () => {
  const ejected = () => {
    const health = new DeploymentHealth("a");
    health.eject(certainty("wrong_name", { wall: 5_000, monotonic: START }));
    return health;
  };

  test("outweighs the breaker, and ends by itself", () => {
    const health = ejected();
    expect(health.evidence(START)).toMatchObject({ definite: true, reason: "wrong_name" });
    expect(health.evidence(START + 30_001)).toBe(null);
    expect(health.ejection).toBe(null);
  });

  test("ends with a routable verdict whose probe was begun after it", () => {
    const health = ejected();
    health.onRoutable(5_000);
    expect(health.evidence(START)).not.toBe(null);
    health.onRoutable(5_001);
    expect(health.evidence(START)).toBe(null);
  });
});

describe("the time to the first byte", () => {
  test("is none before one was seen, and follows what is seen, a fifth of the way each time", () => {
    const health = new DeploymentHealth("a");
    health.started(START);
    expect(health.latencyMs).toBe(null);
    health.firstByte(100, START);
    expect(health.latencyMs).toBe(100);
    health.firstByte(200, START);
    expect(health.latencyMs).toBeCloseTo(120);
    for (let turn = 0; turn < 50; turn += 1) health.firstByte(10, START);
    expect(health.latencyMs).toBeCloseTo(10, 0);
  });
});

describe("slow start", () => {
  test("is warm where nothing is known, or nothing is wanted", () => {
    const health = new DeploymentHealth("a");
    expect(health.warmth(START, 10_000)).toBe(1);
    health.setRoutableSince(1, 0, START);
    expect(health.warmth(START, 0)).toBe(1);
  });

  test("warms from a tenth to all within its time", () => {
    const health = new DeploymentHealth("a");
    health.setRoutableSince(1, 0, START);
    expect(health.warmth(START, 10_000)).toBe(0.1);
    expect(health.warmth(START + 5_000, 10_000)).toBe(0.5);
    expect(health.warmth(START + 20_000, 10_000)).toBe(1);
  });

  test("goes on as it was when the same verdict comes again by a clock that was stepped", () => {
    const health = new DeploymentHealth("a");
    health.setRoutableSince(1, 0, START);
    health.setRoutableSince(1, 600_000, START + 1_000);
    expect(health.warmth(START + 1_000, 10_000)).toBe(0.1);
    health.setRoutableSince(2, 0, START + 2_000);
    expect(health.warmth(START + 7_000, 10_000)).toBe(0.5);
  });
});

import { expect, test } from "vitest";
import { grantees, key, member, team, user } from "../test/records.ts";
import type { Grantees } from "./grantees.ts";
import { modelDenierOf } from "./model-access.ts";

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  chat: ["production"],
  "qwen/7b": ["beta", "small"],
};
const groupsOf = (alias: string) => GROUPS[alias] ?? [];

const inTeam = (models: string[], teamModels: string[]): Partial<Grantees> => ({
  key: key({ models, team: "t1" }),
  team: team({ models: teamModels }),
});

test.each<[what: string, of: Partial<Grantees>, asked: [alias: string, denier: string | null]]>([
  ["no lists at all", {}, ["chat", null]],
  ["a name", { key: key({ models: ["chat"] }) }, ["chat", null]],
  ["another name", { key: key({ models: ["chat"] }) }, ["embed", "key"]],
  ["a name in other letters", { key: key({ models: ["Chat"] }) }, ["chat", "key"]],
  ["a pattern", { key: key({ models: ["qwen/*"] }) }, ["qwen/7b", null]],
  ["a pattern for others", { key: key({ models: ["qwen/*"] }) }, ["chat", "key"]],
  ["an access group", { key: key({ models: ["beta"] }) }, ["qwen/7b", null]],
  ["an access group that the alias is not in", { key: key({ models: ["beta"] }) }, ["chat", "key"]],
  ["a pattern that would match a group", { key: key({ models: ["pro*"] }) }, ["chat", "key"]],
  ["all-proxy-models", { key: key({ models: ["all-proxy-models"] }) }, ["chat", null]],
  ["a star", { key: key({ models: ["*"] }) }, ["chat", null]],
  ["no-default-models on a key", { key: key({ models: ["no-default-models"] }) }, ["chat", "key"]],
  ["all-team-models without a team", { key: key({ models: ["all-team-models"] }) }, ["chat", "key"]],
  ["all-team-models", inTeam(["all-team-models"], ["chat"]), ["chat", null]],
  [
    "all-team-models, and the team has not that one",
    inTeam(["all-team-models"], ["chat"]),
    ["embed", "team"],
  ],
  ["all-team-models with another name", inTeam(["all-team-models", "embed"], ["chat"]), ["chat", null]],
  ["an empty list in a team", inTeam([], ["chat"]), ["embed", "team"]],
  ["the key's list within the team's", inTeam(["chat", "embed"], ["chat"]), ["embed", "team"]],
  ["the team's list beyond the key's", inTeam(["chat"], ["chat", "embed"]), ["embed", "key"]],
  ["all-proxy-models on a key of a team", inTeam(["all-proxy-models"], ["chat"]), ["embed", "team"]],
  ["all-proxy-models on a team", inTeam([], ["all-proxy-models"]), ["chat", null]],
  ["a user's list", { user: user({ models: ["chat"] }) }, ["embed", "user"]],
  ["a user's no-default-models", { user: user({ models: ["no-default-models"] }) }, ["chat", "user"]],
  [
    "a user's no-default-models through a team",
    { ...inTeam([], []), user: user({ models: ["no-default-models"] }) },
    ["chat", null],
  ],
  [
    "what else such a user's list has",
    { ...inTeam([], []), user: user({ models: ["no-default-models", "embed"] }) },
    ["chat", "user"],
  ],
  ["a member's list", { ...inTeam([], []), member: member({ models: ["chat"] }) }, ["embed", "member"]],
  ["a member without a list", { ...inTeam([], []), member: member() }, ["embed", null]],
])("%s", (_, of, [alias, denier]) => {
  expect(modelDenierOf(grantees(of), alias, groupsOf)).toBe(denier);
});

test("words do not name models that are called so", () => {
  const only = grantees({ key: key({ models: ["no-default-models"] }) });
  expect(modelDenierOf(only, "no-default-models", groupsOf)).toBe("key");
});

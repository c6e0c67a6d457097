import { expect, it } from "vitest";
import { readChecks } from "./haproxy.ts";

it("reads why servers are out from the statistics", () => {
  const csv = [
    "# pxname,svname,status,check_status",
    "apps,FRONTEND,OPEN,",
    "replicas,replica-0,DOWN,L7RSP",
    "replicas,replica-1,UP,L7OK",
    "replicas,BACKEND,UP,",
    "",
  ].join("\n");
  expect(readChecks(csv)).toEqual(["L7RSP"]);
});

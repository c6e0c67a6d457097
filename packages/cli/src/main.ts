#!/usr/bin/env node
import { describeRollcall } from "./describe-rollcall.ts";
import { runMain } from "./run-command-line.ts";

await runMain(describeRollcall);

export { demandsOf, type Demand } from "./demand.ts";
export { granteesOf, type Grantees, type Member, type Records } from "./grantees.ts";
export { GLOBAL_SCOPE, keyScope, memberScope, modelScope, teamScope, userScope, withModel } from "./scope.ts";
export { BURST_SHARE, burstOf, msUntil, refilled, tokensPerMs } from "./token-bucket.ts";

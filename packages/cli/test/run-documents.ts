/** Which test runs the commands of a page, or of the part of it under one heading. */
export interface RunDocument {
  readonly file: string;
  /** All of the page where it is absent. */
  readonly heading?: string;
  /** From the root of the repository. */
  readonly by: string;
}

const SERVER = "packages/cli/deploy/server.deploy.ts";
const LAPTOP = "packages/cli/deploy/laptop.deploy.ts";
const RELEASE = "packages/cli/deploy/release.deploy.ts";

/** Every block of commands of README.md, packages/docs and deploy/README.md that has no `<!-- not run: WHY -->`. */
export const RUN_DOCUMENTS: readonly RunDocument[] = [
  { file: "README.md", heading: "Quick start", by: LAPTOP },
  { file: "packages/docs/quick-start.md", by: LAPTOP },
  { file: "packages/docs/walk-server.md", by: "packages/cli/deploy/server.ts" },
  { file: "packages/docs/keys.md", by: "packages/cli/test/keys.test.ts" },
  { file: "packages/docs/migration.md", heading: "What to change", by: SERVER },
  { file: "packages/docs/operations.md", heading: "Taking a deployment out of use", by: SERVER },
  { file: "packages/docs/operations.md", heading: "Virtual keys: backup and restore", by: SERVER },
  { file: "deploy/README.md", heading: "Credentials", by: SERVER },
  { file: "deploy/README.md", heading: "Several fleets on one host", by: SERVER },
  { file: "deploy/README.md", heading: "An app that waits for its models", by: SERVER },
  { file: "deploy/README.md", heading: "The package", by: RELEASE },
  { file: "deploy/README.md", heading: "Prometheus and Grafana", by: RELEASE },
];

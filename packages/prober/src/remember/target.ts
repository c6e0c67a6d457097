import type { Backend, Config, Deployment } from "@rollcall/contract";

/** One server as probed: a backend at one address. */
export interface Target {
  /** Names backend and address. */
  readonly id: string;
  readonly backend: Backend;
  /** `http://host:8000` */
  readonly address: string;
}

/** One deployment at one target: what a verdict is about. */
export interface TargetDeployment {
  /** Names deployment and address. */
  readonly id: string;
  readonly target: Target;
  readonly deployment: Deployment;
}

/** Where a backend is reached. A host name stands for one address, whatever it resolves to. */
export function targetsOf(backend: Backend): readonly Target[] {
  const { origin } = backend.base;
  return [{ id: at(backend.id, origin), backend, address: origin }];
}

/** In the order of the config. */
export function targetDeployments({ deployments }: Config): readonly TargetDeployment[] {
  return deployments.flatMap((deployment) =>
    targetsOf(deployment.backend).map((target) => ({
      id: at(deployment.id, target.address),
      target,
      deployment,
    })),
  );
}

function at(id: string, address: string): string {
  return `${id} at ${address}`;
}

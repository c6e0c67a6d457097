import { isLoopbackHost } from "./api-base.ts";
import type { Config } from "./config.ts";
import { warning, type Complaint } from "./problem.ts";

/**
 * Deployments whose `api_base` means this machine, for a process that runs in a container: there it means the container,
 * so the connection is refused while `curl` on the host works.
 */
export function localhostComplaints({ deployments }: Config): Complaint[] {
  return deployments
    .filter(({ backend }) => isLoopbackHost(backend.base.hostname))
    .map(({ backend, index }) =>
      warning(
        ["model_list", index, "litellm_params", "api_base"],
        `${backend.base.hostname} inside a container is the container itself: use the other container's name, ` +
          "host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the " +
          "bridge (172.17.0.1). It is right only for a server in this very container or pod",
      ),
    );
}

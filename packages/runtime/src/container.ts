import { existsSync, readFileSync } from "node:fs";

/** Does this process run inside a container, where localhost is the container itself? */
export function insideContainer(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["KUBERNETES_SERVICE_HOST"] !== undefined || env["container"] !== undefined) return true;
  if (existsSync("/.dockerenv") || existsSync("/run/.containerenv")) return true;
  try {
    return /docker|kubepods|containerd|libpod/.test(readFileSync("/proc/1/cgroup", "utf8"));
  } catch {
    return false;
  }
}

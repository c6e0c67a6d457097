import { expect, it } from "vitest";
import { printInstall } from "./install.ts";
import { NGINX_PEER } from "./nginx.ts";

it("prints commands that a shell takes as they are", () => {
  expect(printInstall(NGINX_PEER)).toBe("apt-get update && apt-get install -y --no-install-recommends nginx");
  expect(printInstall({ ...NGINX_PEER, install: [["sh", "-c", "echo 'a b'"]] })).toBe(
    `sh -c 'echo '\\''a b'\\'''`,
  );
});

import { expect, it } from "vitest";
import { printInstall } from "./install.ts";
import { NGINX } from "./systems/nginx.ts";

it("prints commands that a shell takes as they are", () => {
  expect(printInstall(NGINX)).toBe("apt-get update && apt-get install -y --no-install-recommends nginx");
  expect(printInstall({ ...NGINX, install: [["sh", "-c", "echo 'a b'"]] })).toBe(
    `sh -c 'echo '\\''a b'\\'''`,
  );
});

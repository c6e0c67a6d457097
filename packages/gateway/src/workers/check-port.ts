import { createServer } from "node:net";
import { listen, type Address } from "@rollcall/runtime";

/**
 * Throws StartError where another process has the port. A shared port (SO_REUSEPORT) is shared with any process of the same
 * user that asks for it, a second gateway too, and half of the requests would be its. So it is bound once for oneself alone,
 * which the system allows only where nobody listens, and let go before the workers begin.
 */
export async function checkPort(address: Address): Promise<void> {
  // With port 0 the system gives the first worker one that nobody has.
  if (address.port === 0) return;
  const server = createServer();
  await listen(server, address);
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

import { HttpRequestInterceptor } from "@mswjs/interceptors/http";
import type { HttpHandler } from "msw";
import { defineNetwork, InterceptorSource } from "msw/experimental";
import { onTestFinished } from "vitest";

/**
 * From here to the end of the test these handlers answer all HTTP of this process, and hosts they do not know fail.
 * `setupServer` hears node:http and fetch alone; undici's own client is heard where its sockets are made.
 */
export function mockNetwork(...handlers: readonly HttpHandler[]): void {
  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    handlers: [...handlers],
    onUnhandledFrame: "error",
    context: { quiet: true },
  });
  network.enable();
  onTestFinished(() => network.disable());
}

import { expect, test } from "vitest";
import { ask, failure, soon } from "../../test/ask.ts";
import { chat } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

test("in dev mode sleep can be asked for, seen and left", async () => {
  const simulator = await running({ devMode: true });
  const { url } = simulator;
  expect((await ask(`${url}/is_sleeping`)).text).toBe('{"is_sleeping":false}');
  expect((await ask(`${url}/sleep`, { method: "POST" })).status).toBe(200);
  expect((await ask(`${url}/is_sleeping`)).text).toBe('{"is_sleeping":true}');
  expect(simulator.control.state().fault).toBe("asleep");
  expect((await ask(`${url}/health`)).status).toBe(200);
  const asked = chat(simulator);
  expect(await soon(asked)).toBe("pending");
  await ask(`${url}/wake_up`, { method: "POST" });
  expect((await asked).status).toBe(200);
});

test("a hung engine does not even say whether it sleeps", async () => {
  const simulator = await running({ devMode: true });
  simulator.control.fault("hang");
  expect(await soon(failure(ask(`${simulator.url}/is_sleeping`)))).toBe("pending");
});

test("without dev mode there are no such routes", async () => {
  const simulator = await running();
  for (const path of ["/is_sleeping", "/sleep", "/wake_up"]) {
    expect((await ask(simulator.url + path)).text).toBe('{"detail":"Not Found"}');
  }
});

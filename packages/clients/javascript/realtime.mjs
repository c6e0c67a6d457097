import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import * as with_ from "./features.mjs";

const ADDRESS = `${with_.URL_OF_GATEWAY.replace("http", "ws")}/v1/realtime?model=realtime`;
const open = (key) => new WebSocket(ADDRESS, { headers: { authorization: `Bearer ${key}` } });

/** The status with which the upgrade is refused. */
async function refusal(socket) {
  const [, response] = await once(socket, "unexpected-response");
  return response.statusCode;
}

await with_.tryFeatures({
  realtime: async () => {
    assert.equal(await refusal(open(with_.WRONG_KEY)), 401);
    const socket = open(with_.KEY);
    const types = [];
    const done = new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", (code) => reject(new Error(`closed with ${code} after ${types.join()}`)));
      socket.on("message", (data) => {
        const event = JSON.parse(data);
        types.push(event.type);
        if (event.type === "error") reject(new Error(JSON.stringify(event)));
        if (event.type === "transcription.done") resolve(event);
      });
    });
    await once(socket, "open");
    // vLLM's protocol: the model, sound in base64, and the word that there is no more.
    for (const event of [
      { type: "session.update", model: "realtime" },
      { type: "input_audio_buffer.append", audio: Buffer.alloc(3200).toString("base64") },
      { type: "input_audio_buffer.commit" },
      { type: "input_audio_buffer.commit", final: true },
    ])
      socket.send(JSON.stringify(event));
    const { text } = await done;
    assert.ok(text.length > 0);
    assert.equal(types[0], "session.created");
    socket.close();
    await once(socket, "close");
  },
});

import assert from "node:assert/strict";
import { RestProcess } from "../testing/rest_process.ts";
import { SocketTester } from "./testing/socket_tester.ts";

Deno.test("max-rate bounds what all connections of one address publish together", async () => {
  await using rest = await RestProcess.start({
    "trusted-proxies": ["127.0.0.1"],
    live: { publish: ["chat.*"], "max-rate": 5, "socket-port": 0 },
  });
  const url = `ws://127.0.0.1:${rest.socketPort}/live/socket`;
  const publish = async (address: string) => {
    const headers = { "x-forwarded-for": address };
    await using client = await SocketTester.open(url, headers);
    let accepted = 0;
    for (let ref = 0; ref < 4; ref++) {
      const answer = await client.ask({ publish: "chat.a", message: 1, ref });
      if (answer.published) accepted++;
      else assert.equal(answer.error.code, "RATE_LIMITED");
    }
    return accepted;
  };
  assert.equal(await publish("192.0.2.1"), 4);
  assert(await publish("192.0.2.1") < 4);
  assert.equal(await publish("192.0.2.2"), 4);
});

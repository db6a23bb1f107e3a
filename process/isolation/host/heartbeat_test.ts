import assert from "node:assert/strict";
import { Heartbeat } from "./heartbeat.ts";

Deno.test("D11 who gives no sign of life is found silent in the time that is given, and asked meanwhile", async () => {
  const silent = Promise.withResolvers<number>();
  const began = performance.now();
  let asked = 0;
  const heartbeat = new Heartbeat({
    silence: 200,
    ask: () => void asked++,
    onSilent: () => silent.resolve(performance.now() - began),
  });
  const took = await silent.promise;
  heartbeat.stop();
  assert.equal(asked, 4);
  assert(took >= 190, `It took ${took} ms`); // by looks: how much longer says the machine
});

Deno.test("who answers is never found silent", async () => {
  const beats = Promise.withResolvers<void>();
  let asked = 0;
  const heartbeat: Heartbeat = new Heartbeat({
    silence: 40,
    ask() {
      if (++asked === 12) beats.resolve();
      queueMicrotask(() => heartbeat.beat());
    },
    onSilent: () => beats.reject(new Error("it was found silent")),
  });
  await beats.promise;
  heartbeat.stop();
});

import assert from "node:assert/strict";
import { Heartbeat } from "./guest_watch.ts";

Deno.test("D11 a guest that sends nothing is pinged, and reported as silent after the given time", async () => {
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
  // by looks: how much longer says the machine
  assert(took >= 190, `It took ${took} ms`);
});

Deno.test("a guest that answers is never found silent", async () => {
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

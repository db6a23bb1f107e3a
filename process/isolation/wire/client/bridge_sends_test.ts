import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Outbox } from "../outbox.ts";
import { BridgeSends } from "./bridge_sends.ts";

function makeSends(): BridgeSends {
  const link = { send() {}, listen() {}, close() {} };
  return new BridgeSends(new Outbox(link));
}

Deno.test("an accepted publish that was abandoned meanwhile is ignored", async () => {
  const sends = makeSends();
  const published = [1, 2].map((message) =>
    sends.publish("a", message, undefined)
  );
  sends.abandon(new CaryatidError("BUS_CLOSED", "closed"));
  sends.accepted(0, 2);
  for (const one of published) {
    await assert.rejects(one, { code: "BUS_CLOSED" });
  }
});

Deno.test("D14 more accepted publishes than were sent are a PROTOCOL_VIOLATION", () => {
  const sends = makeSends();
  sends.publish("a", 1, undefined);
  assert.throws(() => sends.accepted(0, 2), { code: "PROTOCOL_VIOLATION" });
  sends.accepted(0, 1);
  assert.throws(() => sends.accepted(0, 1), { code: "PROTOCOL_VIOLATION" });
});

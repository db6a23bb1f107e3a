import type { Log } from "@caryatid/sdk";
import type { ChannelModel } from "amqplib";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { BackOff } from "../../broker/back_off.ts";
import { BrokerAddress } from "./address.ts";
import { Link } from "./link.ts";
import { OpenConnection } from "./open_connection.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Has links connected by `connect`, until the end of the block. */
function connectingBy(connect: () => Promise<OpenConnection>): Disposable {
  const { to } = OpenConnection;
  OpenConnection.to = connect;
  return { [Symbol.dispose]: () => void (OpenConnection.to = to) };
}

Deno.test("a link that is closed at the moment of its connection closes the connection", async () => {
  const ended = Promise.withResolvers<Error>();
  const connection = {
    model: new EventEmitter() as unknown as ChannelModel,
    ended: ended.promise,
    close: () => {
      ended.resolve(new Error("we wished so"));
      return Promise.resolve();
    },
  } as unknown as OpenConnection;
  let closing: Promise<void> | undefined;
  using _ = connectingBy(() => {
    queueMicrotask(() => closing = link.close());
    return Promise.resolve(connection);
  });
  const link = new Link({
    addresses: [new BrokerAddress("amqp://127.0.0.1")],
    backOff: new BackOff(silent),
    connectTimeout: 1_000,
    heartbeat: 10,
    tls: {},
    name: "publishing",
    log: silent,
  }, { attach: () => Promise.resolve(), detach() {} });
  await assert.rejects(link.open(), { code: "BUS_CLOSED" });
  await within(closing!, "the end of the link");
});

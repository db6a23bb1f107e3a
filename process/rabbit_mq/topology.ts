import type { Channel } from "amqplib";
import { type Names, PROBE_HEADER } from "./names.ts";

/** Declares the exchanges and how they feed each other. Harmless when they are there. */
export async function declareTopology(
  channel: Channel,
  names: Names,
): Promise<void> {
  const { shared, front, requests, heard, taps, nobody } = names;
  const { cancelled, renewed } = names;
  await channel.assertExchange(shared, "topic", { durable: false });
  await channel.assertExchange(front, "topic", { durable: true });
  await channel.assertExchange(requests, "topic", { durable: true });
  await channel.assertExchange(heard, "topic", { durable: true });
  await channel.assertExchange(nobody, "fanout", { durable: true });
  await channel.assertExchange(cancelled, "fanout", { durable: true });
  await channel.assertExchange(renewed, "fanout", { durable: true });
  await channel.assertExchange(taps, "headers", {
    durable: true,
    alternateExchange: heard,
  });
  await channel.bindExchange(shared, front, "#");
  await channel.bindExchange(nobody, taps, "", {
    "x-match": "all",
    [PROBE_HEADER]: "1",
  });
}

/** Says whether the shared exchange is the one that `declareAlive` was called for, whoever else may have declared it since. */
export function checkAlive(
  channel: Channel,
  { alive }: Names,
): Promise<boolean> {
  return channel.checkExchange(alive)
    .then(() => true, ({ code }) => code !== 404);
}

/** Makes the shared exchange recognisable: an auto-delete exchange goes with its last binding, this one with the shared one. */
export async function declareAlive(
  channel: Channel,
  { alive, shared }: Names,
): Promise<void> {
  await channel.assertExchange(alive, "fanout", {
    durable: false,
    autoDelete: true,
  });
  await channel.bindExchange(shared, alive, "");
}

/**
 * Type tests of topics: `deno check` compiles them, nothing runs them. A line below `@ts-expect-error` must not compile.
 *
 * @module
 */
import {
  type Context,
  defineTopic,
  type TypedPattern,
  type TypedTopic,
} from "@caryatid/sdk";
import { z } from "zod";

/** Compiles only if `A` and `B` are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Holds `T` to `true`. */
export type Assert<T extends true> = T;

const order = z.object({ item: z.string() });
const receipt = z.object({ status: z.enum(["accepted", "queued"]) });
const shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), radius: z.number() }),
  z.object({ kind: z.literal("square"), side: z.number() }),
]);

const placed = defineTopic("order.placed", order, { answer: receipt });
const drawn = defineTopic("shape.drawn", order, { answer: shape });
const orders = defineTopic("order.*", order, { answer: receipt });
const regional = defineTopic("order.*.region.#", order);
const counted = defineTopic("count", z.object({ n: z.coerce.number() }));

/** Kinds of topics and the words of patterns. */
export type Kinds = [
  Assert<typeof placed extends TypedTopic ? true : false>,
  Assert<typeof orders extends TypedPattern<[string]> ? true : false>,
  Assert<Same<Parameters<typeof orders.at>, [string]>>,
  Assert<
    Same<Parameters<typeof regional.at>, [string, string | readonly string[]]>
  >,
];

/**
 * Answers of handlers keep their literals; a wrong value fails at its `return`.
 */
export function handlers(context: Context): void {
  context.handle(placed, () => ({ status: "accepted" }));
  context.handle(placed, ({ message }) => ({
    status: message.item === "" ? "queued" : "accepted",
  }));
  context.handle(placed, ({ message }) => {
    if (message.item === "tea") return { status: "accepted" };
    return { status: "queued" };
  });
  context.handle(placed, async () => {
    await Promise.resolve();
    return { status: "queued" };
  });
  context.handle(drawn, () => ({ kind: "circle", radius: 1 }));
  context.handle(drawn, ({ message }) => {
    if (message.item === "circle") return { kind: "circle", radius: 1 };
    return { kind: "square", side: 2 };
  });
  context.handle(drawn, async ({ message }) => {
    await Promise.resolve();
    return message.item === ""
      ? { kind: "circle", radius: 1 }
      : { kind: "square", side: 2 };
  });
  context.handle(orders, ({ message }) => {
    message.item satisfies string;
    return { status: "accepted" };
  });
  context.handle("any.*", ({ message }) => message);

  context.handle(placed, () => ({
    // @ts-expect-error -- not a value of the enum
    status: "lost",
  }));
  // TypeScript reports a wrong value of a block body at the handler.
  // @ts-expect-error -- a square has a side
  context.handle(drawn, ({ message }) => {
    if (message.item === "") return { kind: "circle", radius: 1 };
    return { kind: "square", radius: 2 };
  });
  // @ts-expect-error -- not a value of the enum
  context.handle(placed, async () => {
    await Promise.resolve();
    return { status: "lost" };
  });
}

/** Messages are typed at both ends; a pattern is not a topic. */
export async function messages(context: Context): Promise<void> {
  await context.publish(placed, { item: "tea" });
  await context.publish(orders.at("7"), { item: "tea" });
  await context.publish(regional.at("7", ["eu", "north"]), { item: "tea" });
  await context.publish("any.topic", { anything: 1 });
  for await (const { message } of context.subscribe(orders)) {
    message satisfies { item: string };
  }
  for await (const { message } of context.subscribe(counted)) {
    message.n satisfies number;
  }
  for await (const { message } of context.subscribe("any.#")) {
    message satisfies unknown;
    // @ts-expect-error -- a message without a schema is unknown
    message.item;
  }
  const answer = await context.request(placed, { item: "tea" });
  answer.status satisfies "accepted" | "queued";
  const other = await context.request(orders.at("7"), { item: "tea" });
  other.status satisfies "accepted" | "queued";
  const untyped = await context.request("any.topic", 1);
  untyped satisfies unknown;

  // @ts-expect-error -- the item is missing
  await context.publish(placed, {});
  // @ts-expect-error -- a pattern cannot be published on
  await context.publish(orders, { item: "tea" });
  // @ts-expect-error -- a pattern cannot be requested
  await context.request(orders, { item: "tea" });
  // @ts-expect-error -- one wildcard takes one word
  orders.at("7", "8");
  // @ts-expect-error -- two wildcards take two words
  regional.at("7");
  // @ts-expect-error -- `*` takes one word, not a list
  orders.at(["7"]);
  // @ts-expect-error -- a topic has no wildcard to replace
  placed.at("7");
}

/** Consumers are typed as subscriptions are. */
export function consumers(context: Context): void {
  context.consume(orders, ({ message, topic }) => {
    message.item satisfies string;
    topic satisfies string;
  }, { concurrency: 4, group: "shops", retry: { attempts: 3 } });
  context.consume(placed, async ({ message }) => {
    await context.publish(drawn, message);
  });
  context.consume("any.#", ({ message }) => {
    message satisfies unknown;
  });
  // @ts-expect-error -- a message of the schema has no such field
  context.consume(orders, ({ message }) => message.price.toFixed());
}

/**
 * A name that is known only at run time makes a topic; one with a wildcard
 * among its literal parts a pattern.
 */
export async function computedNames(
  context: Context,
  name: string,
): Promise<void> {
  await context.publish(defineTopic(name, order), { item: "tea" });
  const pattern = defineTopic(`${name}.*`, order);
  await context.publish(pattern.at("7"), { item: "tea" });
  // @ts-expect-error -- a pattern cannot be published on
  await context.publish(pattern, { item: "tea" });
}

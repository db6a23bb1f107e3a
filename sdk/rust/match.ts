import { CaryatidError } from "../errors.ts";

/**
 * Variants of `M` by name, each with its content. The content of a unit variant
 * is undefined.
 */
export type Contents<M> = Merged<
  M extends string ? { readonly [K in M]: undefined } : M
>;

/** Object type with the keys of all members of a union. */
export type Merged<U> =
  // deno-lint-ignore no-explicit-any -- it distributes over the union
  (U extends any ? (each: U) => void : never) extends (all: infer All) => void
    ? { [K in keyof All]: All[K] }
    : never;

/** Functions for {@linkcode match}, one for each variant. */
export type Arms<M, R> = {
  readonly [K in keyof Contents<M>]: (content: Contents<M>[K]) => R;
};

/**
 * Calls the arm of the message's variant with the content of the message, like
 * `match` in Rust. Every variant must have an arm, unless `_` handles the
 * others.
 *
 * @example
 * ```ts
 * import { match } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * type Message = "Stop" | { Text: string } | { Pair: [number, string] };
 * const message: Message = { Pair: [7, "x"] };
 * const length = match(message as Message, {
 *   Stop: () => 0,
 *   Text: (text) => text.length,
 *   Pair: ([number]) => number,
 * });
 * assert.equal(length, 7);
 * ```
 * @throws {CaryatidError} `INVALID_MESSAGE` if the variant has no arm, which
 * the types prevent
 */
export function match<M, R>(message: M, arms: Arms<M, R>): R;
/** Calls `_` with the whole message if its variant has no arm. */
export function match<M, R>(
  message: M,
  arms: Partial<Arms<M, R>> & { readonly _: (message: M) => R },
): R;
/** Accepts arms that return different members of the expected union. */
export function match<M, R>(
  message: M,
  arms: Partial<Arms<M, NoInfer<R>>> & {
    readonly _: (message: M) => NoInfer<R>;
  },
): R;
export function match(message: unknown, arms: object): unknown {
  const [name, content] = variantOf(message);
  const all = arms as Readonly<Record<string, (content: unknown) => unknown>>;
  if (Object.hasOwn(all, name)) return all[name]!(content);
  if (Object.hasOwn(all, "_")) return all._!(message);
  throw new CaryatidError(
    "INVALID_MESSAGE",
    `Cannot match the message: found the variant ${JSON.stringify(name)}; ` +
      `expected one of ${Object.keys(all).join(", ")}`,
    { hint: 'Add an arm "_", which takes all others.' },
  );
}

/**
 * Returns true if `message` is this variant, and narrows its type.
 *
 * @example
 * ```ts
 * import { isVariant } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * type Message = "Stop" | { Text: string };
 * function size(message: Message): number {
 *   return isVariant(message, "Text") ? message.Text.length : 0;
 * }
 * assert.equal(size({ Text: "hello" }), 5);
 * assert.equal(size("Stop"), 0);
 * ```
 */
export function isVariant<M, K extends keyof Contents<M> & string>(
  message: M,
  name: K,
): message is M extends K ? M : M extends { readonly [P in K]: unknown } ? M
: never {
  return variantOf(message)[0] === name;
}

function variantOf(message: unknown): [name: string, content: unknown] {
  if (typeof message === "string") return [message, undefined];
  const [entry] = Object.entries(message as Record<string, unknown>);
  return entry ?? ["", undefined];
}

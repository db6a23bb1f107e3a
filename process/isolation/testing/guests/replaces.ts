import { defineModule } from "@caryatid/sdk";

const evil = () => {
  throw new Error("replaced");
};

/** Replaces a property, by assignment and by definition. */
function replace(target: object, name: PropertyKey): void {
  for (
    const attempt of [
      () => Reflect.set(target, name, evil),
      () => Object.defineProperty(target, name, { value: evil }),
      () => Reflect.deleteProperty(target, name),
    ]
  ) {
    try {
      attempt();
    } catch {
      // it is refused
    }
  }
}

/** Replaces every intrinsic that it can reach before it uses its bus. */
export default defineModule({
  name: "replaces",
  init(context) {
    context.handle("replaced", async ({ message }) => {
      await context.publish("out", { said: message, list: [1, 2n, "three"] });
      return [message, new Map([["a", new Set([1])]])];
    });
    const iterators = [
      [][Symbol.iterator](),
      new Map()[Symbol.iterator](),
      new Set()[Symbol.iterator](),
      ""[Symbol.iterator](),
    ].map((iterator) => Object.getPrototypeOf(iterator));
    const prototypes = [
      ...[Array, Map, Set, WeakMap, Promise, Uint8Array, ArrayBuffer, DataView],
      ...[String, Number, RegExp, TextEncoder, TextDecoder, AbortController],
      ...[AbortSignal, EventTarget, Object.getPrototypeOf(Uint8Array)],
    ].map(({ prototype }) => prototype);
    const statics = [
      Object,
      Array,
      Number,
      Math,
      JSON,
      Promise,
      Symbol,
      Reflect,
    ];
    const names = [
      ...["Map", "Set", "Promise", "Uint8Array", "DataView", "Array", "Number"],
      ...["TextEncoder", "AbortController", "Symbol", "Math", "performance"],
    ];
    const { ownKeys } = Reflect;
    for (const name of names) replace(globalThis, name);
    for (const target of [...iterators, ...prototypes, ...statics]) {
      for (const name of ownKeys(target)) replace(target, name);
    }
    for (const name of ["call", "apply", "bind"]) {
      replace(Function.prototype, name);
    }
    for (const name of ["get", "timeout", "id", "0", "then"]) {
      replace(Object.prototype, name);
    }
  },
});

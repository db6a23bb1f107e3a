/**
 * Globals that the bridge looks up while it runs, and whose properties and
 * prototype are frozen. Timers are not among them: Deno exchanges its own
 * later, and a worker whose timers are locked panics.
 */
const FROZEN = [
  ...["Array", "Map", "Set", "WeakMap", "Promise", "Symbol", "Number"],
  ...["String", "BigInt", "Math", "JSON", "Reflect", "RegExp", "ArrayBuffer"],
  ...["DataView", "Uint8Array", "TextEncoder", "TextDecoder"],
  ...["AbortController", "AbortSignal", "EventTarget"],
];
/** Globals whose prototype code commonly overrides in its own objects. */
const KEPT = [
  "Object",
  "Date",
  "Error",
  "TypeError",
  "RangeError",
  "Event",
  "performance",
];

/**
 * Makes the intrinsics that the bridge uses unchangeable, so that code of the
 * module cannot change the frames that the bridge sends. Trusted code calls it
 * before the code of the module runs.
 *
 * It freezes instead of redefining each property: a redefined `then` or
 * `Symbol.iterator` disables V8's fast paths of promises and loops, which
 * halved their speed.
 */
export function lockIntrinsics(): void {
  for (const name of [...FROZEN, ...KEPT]) lock(globalThis, name);
  for (const name of FROZEN) {
    const intrinsic = Reflect.get(globalThis, name);
    freeze(intrinsic);
    freeze(intrinsic.prototype);
  }
  freeze(Object.getPrototypeOf(Uint8Array));
  freeze(Object.getPrototypeOf(Uint8Array).prototype);
  for (const prototype of iteratorPrototypes()) freeze(prototype);
  freeze(Object);
  for (const name of ["call", "apply", "bind"]) lock(Function.prototype, name);
  // `Object.prototype.timeout = 1` would be an option of every call.
  Object.preventExtensions(Object.prototype);
}

function freeze(intrinsic: object | undefined): void {
  if (intrinsic && intrinsic !== Object.prototype) Object.freeze(intrinsic);
}

function lock(target: object, name: PropertyKey): void {
  const property = Reflect.getOwnPropertyDescriptor(target, name);
  if (property === undefined || !property.configurable) return;
  const locked = "value" in property ? { writable: false } : {};
  Object.defineProperty(target, name, { ...locked, configurable: false });
}

function iteratorPrototypes(): object[] {
  const iterators = [
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ""[Symbol.iterator](),
    /a/[Symbol.matchAll](""),
    (function* () {})(),
    (async function* () {})(),
  ];
  return iterators.flatMap((iterator) => {
    const own = Object.getPrototypeOf(iterator);
    return [own, Object.getPrototypeOf(own)];
  });
}

import { Fault } from "./fault.ts";
import type { Writer } from "./writer.ts";

// Not those of the value: it may have its own, which give anything.
const { toISOString } = Date.prototype;
const { valueOf } = Number.prototype;
/** Marks what `f32` of `@caryatid/sdk/rust` sends, whichever copy of the SDK is loaded. */
const FLOAT32 = Symbol.for("caryatid.float32");

/** Writes what is neither a plain object nor an array: bytes, a Date, a Number object. Anything else is a fault. */
export function writeInstance(writer: Writer, value: object): void {
  if (value instanceof Uint8Array) return writeBytes(writer, value);
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return writeBytes(writer, new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (value instanceof ArrayBuffer) {
    return writeBytes(writer, new Uint8Array(value));
  }
  if (value instanceof Date) return writer.text(rfc3339(value));
  if (value instanceof Number) {
    const number = valueOf.call(value);
    return FLOAT32 in value ? writer.float32(number) : writer.float(number);
  }
  throw new Fault(
    `it is ${described(value)}, wanted plain objects, arrays, text, ` +
      "numbers, booleans, null, bytes or a Date",
  );
}

function writeBytes(writer: Writer, bytes: Uint8Array): void {
  if ("detached" in bytes.buffer && bytes.buffer.detached) {
    throw new Fault("its bytes were transferred to somebody else");
  }
  writer.bytes(bytes);
}

function rfc3339(date: Date): string {
  let text: string;
  try {
    text = toISOString.call(date);
  } catch (cause) {
    throw new Fault("it is an invalid Date", { cause });
  }
  if (text.length === "2024-01-02T03:04:05.678Z".length) return text;
  throw new Fault("it is a Date outside the years 0 to 9999 of RFC 3339");
}

function described(value: object): string {
  const { name } = (value as { constructor?: { name?: unknown } })
    .constructor ?? {};
  if (typeof name !== "string" || name === "" || name === "Object") {
    return "an object with a prototype of its own";
  }
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}

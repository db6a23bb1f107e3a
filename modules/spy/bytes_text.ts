import { types } from "node:util";

/** Bytes that are shown. */
const MOST_BYTES = 16;

/** Of a binary value, how many bytes it has, and the first of them; undefined of any other value. */
export function bytesText(value: object): string | undefined {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !types.isAnyArrayBuffer(value)) return undefined;
  try {
    const view = isView ? viewOf(value) : new Uint8Array(value);
    const start = Array.from(
      view.subarray(0, MOST_BYTES),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    const more = view.length > MOST_BYTES ? "…" : "";
    return `<${view.length} bytes: ${start.join("")}${more}>`;
  } catch {
    return "<bytes>"; // of a buffer that was handed on to somebody else
  }
}

/** By the getters of the language: the view may have its own. */
function viewOf(view: ArrayBufferView): Uint8Array {
  const prototype = types.isDataView(view)
    ? DataView.prototype
    : Object.getPrototypeOf(Uint8Array.prototype);
  const read = (key: string) =>
    Object.getOwnPropertyDescriptor(prototype, key)!.get!.call(view);
  return new Uint8Array(read("buffer"), read("byteOffset"), read("byteLength"));
}

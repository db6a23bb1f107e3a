/** Number of arguments that a call can take in every runtime. */
const PART = 8_192;

/**
 * Encodes bytes in Base64. Node 22 has no `Uint8Array.toBase64`, so this
 * function does it by hand there.
 */
export function toBase64(bytes: Uint8Array): string {
  if (typeof bytes.toBase64 === "function") return bytes.toBase64();
  let text = "";
  for (let at = 0; at < bytes.length; at += PART) {
    text += String.fromCharCode(...bytes.subarray(at, at + PART));
  }
  return btoa(text);
}

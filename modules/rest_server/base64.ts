/** So many arguments a call can take everywhere. */
const PART = 8_192;

/** Bytes in Base64. By hand where there is no `Uint8Array.toBase64`, which Node 22 lacks. */
export function toBase64(bytes: Uint8Array): string {
  if (typeof bytes.toBase64 === "function") return bytes.toBase64();
  let text = "";
  for (let at = 0; at < bytes.length; at += PART) {
    text += String.fromCharCode(...bytes.subarray(at, at + PART));
  }
  return btoa(text);
}

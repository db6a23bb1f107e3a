/**
 * Decodes what comes on the standard input, one hex text a line, and prints
 * what each gave: its encoding again, or the error. The permission test runs
 * it, and expects the same text whatever is granted.
 */
import { decode, encode } from "../mod.ts";

for (
  const line of (await new Response(Deno.stdin.readable).text()).split("\n")
) {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(fingerprint(line));
}

function fingerprint(hex: string): string {
  try {
    return encode(decode(Uint8Array.fromHex(hex))).toHex();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
}

/**
 * Seals code for a program that may run Deno, and may not read the code itself.
 * Takes {@linkcode SealRequest} as its argument, and prints a
 * {@linkcode SealAnswer}, both as JSON.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
import {
  seal,
  type SealAnswer,
  type SealRequest,
} from "../isolation/sealing/seal.ts";
import { lendTemporaryStore } from "../isolation/sealing/temporary_store.ts";

async function answer(): Promise<SealAnswer> {
  const request: SealRequest = JSON.parse(Deno.args[0]!);
  const { roots, read, options, temporary } = request;
  lendTemporaryStore(temporary);
  try {
    const { frame, ...sealed } = await seal(roots, read, options);
    return { sealed: { ...sealed, frame: frame.toBase64() } };
  } catch (error) {
    const { message, hint } = error as {
      message: string;
      hint: string | undefined;
    };
    return { message, hint };
  }
}

const text = new TextEncoder().encode(JSON.stringify(await answer()));
for (let at = 0; at < text.length;) {
  at += Deno.stdout.writeSync(text.subarray(at));
}

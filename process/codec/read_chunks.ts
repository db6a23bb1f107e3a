import { decodeFailed } from "./decode_failed.ts";
import { INDEFINITE, infoOf, majorType } from "./items.ts";
import type { Reader } from "./reader.ts";

/** Goes over the parts of a text or byte string of unknown size. `read` gets the size of each, and reads as much. */
export function readChunks(
  reader: Reader,
  major: number,
  read: (size: number) => void,
): void {
  while (!reader.ends()) {
    const { at } = reader;
    const initial = reader.initial();
    if (majorType(initial) !== major || infoOf(initial) === INDEFINITE) {
      throw decodeFailed(at, "something else than a part of the string");
    }
    read(reader.size(infoOf(initial)));
  }
}

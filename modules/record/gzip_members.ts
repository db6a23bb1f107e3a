import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { BATCH_BYTES, MOST_ENTRY_BYTES } from "./limits.ts";

// node:zlib, since DecompressionStream has no bound for what it makes of a few bytes.
const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bytes of a gzip header without further fields. */
const HEADER = 10;
/** What is put behind it: the length of all fields, then ours, named "Cr", which has 4 bytes. */
const FIELD = 10;
const HAS_FIELD = 4;
/** Quick: at 6 it takes three times as long for a tenth less. */
const LEVEL = 1;
const MOST_PLAIN_BYTES = MOST_ENTRY_BYTES + 2 * BATCH_BYTES;

/**
 * Compresses a batch to one member of a gzip file, which says in an extra field of its header how long it is. `zcat` reads the
 * file like any other; we see where a member ends without having to decompress it, and so which one is cut off.
 */
export async function toMember(bytes: Uint8Array): Promise<Uint8Array> {
  const plain = await compress(bytes, { level: LEVEL });
  const member = Buffer.alloc(plain.length + FIELD);
  plain.copy(member, 0, 0, HEADER);
  member[3]! |= HAS_FIELD;
  member.writeUInt16LE(FIELD - 2, HEADER);
  member.write("Cr", HEADER + 2, "latin1");
  member.writeUInt16LE(4, HEADER + 4);
  member.writeUInt32LE(member.length, HEADER + 6);
  plain.copy(member, HEADER + FIELD, HEADER);
  return member;
}

/**
 * How long the member is that `bytes` begins with; undefined if they are too few to know, -1 if it is none of ours.
 */
export function memberLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER + FIELD) return undefined;
  const head = Buffer.from(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    HEADER + FIELD,
  );
  const ours = head.readUInt32BE(0) === (0x1f8b0800 | HAS_FIELD) >>> 0 &&
    head.readUInt16LE(HEADER) === FIELD - 2 &&
    head.toString("latin1", HEADER + 2, HEADER + 4) === "Cr";
  const length = head.readUInt32LE(HEADER + 6);
  return ours && length > HEADER + FIELD && length <= MOST_PLAIN_BYTES
    ? length
    : -1;
}

/** Decompresses one member. Rejects if it is damaged, or would become larger than any that we write. */
export function fromMember(member: Uint8Array): Promise<Uint8Array> {
  return decompress(member, { maxOutputLength: MOST_PLAIN_BYTES });
}

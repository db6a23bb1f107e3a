/** IPv4 or IPv6 address, as a number. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Network: all addresses with the same first bits. */
export interface Network {
  readonly bits: 32 | 128;
  readonly shift: bigint;
  readonly prefix: bigint;
}

/** An IPv4 address as IPv6 writes it: `::ffff:10.0.0.1`. */
const MAPPED = 0xffffn << 32n;

/**
 * Parses an address or network such as `::1` or `10.0.0.0/8`. Returns undefined
 * for any other text.
 */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const parsed = parseAddress(address);
  if (parsed === undefined || rest.length > 0) return undefined;
  const { bits, value } = parsed;
  const fixed = length === undefined ? bits : Number(length);
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  if (fixed > bits) return undefined;
  const shift = BigInt(bits - fixed);
  return { bits, shift, prefix: value >> shift };
}

/** Returns true if an address is in one of these networks. */
export function isWithin(
  address: string,
  networks: readonly Network[],
): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined &&
    networks.some(({ bits, shift, prefix }) =>
      bits === parsed.bits && parsed.value >> shift === prefix
    );
}

/**
 * Returns the key by which clients share a limit: an IPv4 address as it is, or
 * the first 64 bits of an IPv6 address. The owner of such an IPv6 network can
 * choose the other 64 bits.
 */
export function ownerOf(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined || parsed.bits === 32
    ? address
    : `${(parsed.value >> 64n).toString(16)}::/64`;
}

/**
 * Returns the address that a request comes from. If the peer is a trusted
 * proxy, that is the last address in `X-Forwarded-For` that is not a trusted
 * proxy.
 */
export function clientAddress(
  peer: string,
  forwarded: string,
  trusted: readonly Network[],
): string {
  if (!isWithin(peer, trusted)) return peer;
  const hops = forwarded.split(",").map((hop) => hop.trim());
  let client = peer;
  for (const hop of hops.reverse()) {
    // Entries in front of an invalid one cannot be trusted.
    if (parseAddress(hop) === undefined) return client;
    client = hop;
    if (!isWithin(hop, trusted)) return client;
  }
  return client;
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(":")) {
    const value = parseIPv4(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = parseIPv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED >> 32n
    ? { bits: 32, value: value & 0xffffffffn }
    : { bits: 128, value };
}

function parseIPv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value << 8n | BigInt(part);
  }
  return value;
}

function parseIPv6(text: string): bigint | undefined {
  const tail = /[\d.]+$/.exec(text)?.[0] ?? "";
  if (tail.includes(".")) {
    const v4 = parseIPv4(tail);
    if (v4 === undefined) return undefined;
    const groups = `${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
    return parseIPv6(text.slice(0, -tail.length) + groups);
  }
  const halves = text.split("::").map((half) =>
    half === "" ? [] : half.split(":")
  );
  const [head = [], rest] = halves;
  const missing = 8 - head.length - (rest?.length ?? 0);
  if (halves.length > 2 || (rest ? missing < 1 : missing !== 0)) return;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...rest ?? []];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return;
  return groups.reduce((value, g) => value << 16n | BigInt(`0x${g}`), 0n);
}

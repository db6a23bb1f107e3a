import {
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import {
  bitString,
  boolean,
  context,
  integer,
  objectId,
  octetString,
  sequence,
  setOf,
  time,
  utf8,
} from "./der.ts";

/** Options of a {@linkcode Certificate}. */
export interface CertificateOptions {
  /**
   * Common name of the owner. Unless the certificate is an authority's, it is
   * also its host.
   */
  readonly name: string;
  /** True if the certificate can sign others (false). */
  readonly authority?: boolean;
  /** Last day of validity (in ten years). */
  readonly until?: Date;
}

const DAY = 86_400_000;
const SHA256_WITH_ECDSA = sequence(objectId("1.2.840.10045.4.3.2"));

/**
 * A certificate with its key, generated in the test process: tests of TLS need
 * neither openssl nor keys in the repository.
 *
 * Elliptic curve (P-256), X.509 version 3. `cert` and `key` are PEM.
 */
export class Certificate {
  readonly cert: string;
  readonly key: string;
  readonly #name: string;
  readonly #private: KeyObject;

  private constructor(options: CertificateOptions, issuer?: Certificate) {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#name = options.name;
    this.#private = pair.privateKey;
    this.key = pair.privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const signer = issuer ?? this;
    const spki = pair.publicKey.export({ type: "spki", format: "der" });
    const body = contents(options, signer.#name, spki);
    const signature = sign("sha256", body, signer.#private);
    this.cert = pem(sequence(body, SHA256_WITH_ECDSA, bitString(signature)));
  }

  /** Creates an authority: a self-signed certificate. */
  static authority(name: string): Certificate {
    return new Certificate({ name, authority: true });
  }

  /** Creates a certificate signed by this authority. */
  sign(options: CertificateOptions): Certificate {
    return new Certificate(options, this);
  }
}

function contents(
  { name, authority = false, until }: CertificateOptions,
  issuer: string,
  publicKey: Uint8Array,
): Uint8Array {
  const end = until ?? new Date(Date.now() + 3_650 * DAY);
  const begin = new Date(Math.min(Date.now(), end.getTime()) - DAY);
  return sequence(
    context(0, integer(new Uint8Array([2]))), // version 3
    integer(new Uint8Array([1, ...randomBytes(8)])),
    SHA256_WITH_ECDSA,
    commonName(issuer),
    sequence(time(begin), time(end)),
    commonName(name),
    publicKey,
    context(3, sequence(...extensions(name, authority))),
  );
}

function extensions(name: string, authority: boolean): Uint8Array[] {
  const critical = boolean(true);
  if (!authority) return [extension("2.5.29.17", hostName(name))];
  const mayCertify = sequence(boolean(true));
  const maySign = bitString(new Uint8Array([0b0000_0110]), 1);
  return [
    sequence(objectId("2.5.29.19"), critical, octetString(mayCertify)),
    sequence(objectId("2.5.29.15"), critical, octetString(maySign)),
  ];
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(objectId(id), octetString(value));
}

/**
 * Encodes an alternative name, which clients check: type 2 for a host, 7 for an
 * address.
 */
function hostName(name: string): Uint8Array {
  const parts = name.split(".").map(Number);
  const isAddress = parts.length === 4 && parts.every(Number.isInteger);
  return sequence(
    isAddress
      ? context(7, new Uint8Array(parts), false)
      : context(2, new TextEncoder().encode(name), false),
  );
}

function commonName(name: string): Uint8Array {
  return sequence(setOf(sequence(objectId("2.5.4.3"), utf8(name))));
}

function pem(der: Uint8Array): string {
  const lines = der.toBase64().replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

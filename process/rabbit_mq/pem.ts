import { createPrivateKey, X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/g;

/** Says what is wrong with a text that ought to be certificates in PEM, or nothing. */
export function faultOfCertificates(text: string): string | undefined {
  const blocks = blocksOf(text);
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length === 0) {
    return `found ${contents(text, blocks)}, wanted certificates in PEM`;
  }
  const broken = certificates.findIndex(({ body }) => !isDer(body));
  if (broken === -1) return undefined;
  return `found its certificate number ${broken + 1} damaged, wanted PEM`;
}

/** Says what is wrong with a text that ought to be a private key in PEM, or nothing. */
export function faultOfKey(text: string): string | undefined {
  const blocks = blocksOf(text);
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (key === undefined) {
    return `found ${contents(text, blocks)}, wanted a private key in PEM`;
  }
  if (/ENCRYPTED/.test(key.label + key.body)) {
    return "found an encrypted key, wanted one without a passphrase";
  }
  return isDer(key.body)
    ? undefined
    : "found a damaged key, wanted a private key in PEM";
}

/** Whether the key isn't the one of the certificate. Of kinds that can't be compared here, the broker decides. */
export function isForeignKey(key: string, certificate: string): boolean {
  try {
    return !new X509Certificate(certificate)
      .checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

interface Block {
  readonly label: string;
  readonly body: string;
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(BLOCK)]
    .map(([, label, body]) => ({ label: label!, body: body! }));
}

/** What a file holds instead; never a word of it: it may be a secret. */
function contents(text: string, blocks: readonly Block[]): string {
  if (text.trim() === "") return "it empty";
  const [first] = blocks;
  return first ? `a ${first.label} alone` : "no PEM in it";
}

/** Base64 of what begins as every certificate and key does: with a sequence. */
function isDer(body: string): boolean {
  try {
    // Not Uint8Array.fromBase64, which Node 22 lacks; unlike Buffer, atob refuses what is damaged.
    return atob(body.replace(/^[\w-]+:.*$/gm, "")).charCodeAt(0) === 0x30;
  } catch {
    return false;
  }
}

import { fileFault, platform } from "../../platform/deno.ts";
import type { RabbitMqSettings } from "../settings.ts";
import { CaryatidError } from "@caryatid/sdk";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** Contents of the files that the settings name. */
export interface SettingFiles {
  /** Password that replaces the password of every URL. */
  readonly password: string | undefined;
  /** Certificates and key, as `node:tls` expects them. */
  readonly tls: TlsOptions;
}

/** Certificates and a key, in PEM. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const MOST_BYTES = 2 ** 20;

/**
 * Reads the files that the settings name. Does not prompt for permission: a
 * permission that is not granted is an error.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if a file does not exist or has the
 * wrong content, `PERMISSION_DENIED` if read access to a file is missing
 */
export function readSettingFiles(settings: RabbitMqSettings): SettingFiles {
  const { ca, cert, key } = settings.tls ?? {};
  const tls: TlsOptions = {
    ...(ca && { ca: read("tls.ca", ca, faultOfCertificates) }),
    ...(cert && { cert: read("tls.cert", cert, faultOfCertificates) }),
    ...(key && { key: read("tls.key", key, faultOfKey) }),
  };
  if (tls.cert && tls.key && isForeignKey(tls.key, tls.cert)) {
    throw wrongError("tls.key", key!, `found another key than tls.cert's`);
  }
  const file = settings["password-file"];
  const password = file && read("password-file", file, faultOfPassword).trim();
  return { password, tls };
}

function faultOfPassword(text: string): string | undefined {
  return text.trim() === "" ? "found it empty; expected a password" : undefined;
}

function read(
  key: string,
  path: string,
  faultOf: (text: string) => string | undefined,
): string {
  requirePermission(key, path);
  let text: string;
  try {
    const file = statSync(path);
    if (file.isDirectory()) throw wrongError(key, path, "found a folder");
    if (file.size > MOST_BYTES) throw wrongError(key, path, "found over 1 MiB");
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw error instanceof CaryatidError
      ? error
      : unreadableError(key, path, error as Error);
  }
  const fault = faultOf(text);
  if (fault !== undefined) throw wrongError(key, path, fault);
  return text;
}

function requirePermission(key: string, path: string): void {
  if (!platform.isGranted({ name: "read", path })) {
    throw deniedError(key, path, `Run with --allow-read=${path}.`);
  }
}

function unreadableError(
  key: string,
  path: string,
  cause: Error,
): CaryatidError {
  const fault = fileFault(cause);
  if (fault === "absent") {
    return wrongError(key, path, "found no such file", cause);
  }
  return fault === "denied"
    ? deniedError(key, path, "Let this user read the file.", cause)
    : wrongError(key, path, `found ${cause.message}`, cause);
}

function wrongError(
  key: string,
  path: string,
  fault: string,
  cause?: Error,
): CaryatidError {
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot use ${key} = ${JSON.stringify(path)}: ${fault}`,
    cause && { cause },
  );
}

function deniedError(
  key: string,
  path: string,
  hint: string,
  cause?: Error,
): CaryatidError {
  return new CaryatidError(
    "PERMISSION_DENIED",
    `Cannot read ${key} = ${JSON.stringify(path)}: ` +
      "found no permission; expected read access",
    cause ? { hint, cause } : { hint },
  );
}

const BLOCK = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/g;

/**
 * Describes the fault of a text that must be certificates in PEM. Returns
 * undefined if there is no fault.
 */
export function faultOfCertificates(text: string): string | undefined {
  const blocks = blocksOf(text);
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length === 0) {
    return `found ${contents(text, blocks)}; expected certificates in PEM`;
  }
  const broken = certificates.findIndex(({ body }) => !isDer(body));
  if (broken === -1) return undefined;
  return `found its certificate number ${broken + 1} damaged; expected PEM`;
}

/**
 * Describes the fault of a text that must be a private key in PEM. Returns
 * undefined if there is no fault.
 */
export function faultOfKey(text: string): string | undefined {
  const blocks = blocksOf(text);
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (key === undefined) {
    return `found ${contents(text, blocks)}; expected a private key in PEM`;
  }
  if (/ENCRYPTED/.test(key.label + key.body)) {
    return "found an encrypted key; expected one without a passphrase";
  }
  return isDer(key.body)
    ? undefined
    : "found a damaged key; expected a private key in PEM";
}

/**
 * Returns true if the key does not belong to the certificate. Returns false for
 * kinds of keys that cannot be compared here; the broker then decides.
 */
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

/**
 * Describes the content of a file without quoting it, since it may be secret.
 */
function contents(text: string, blocks: readonly Block[]): string {
  if (text.trim() === "") return "it empty";
  const [first] = blocks;
  return first ? `a ${first.label} alone` : "no PEM in it";
}

/**
 * Returns true if the text is Base64 that begins with a DER sequence, as every
 * certificate and key does.
 */
function isDer(body: string): boolean {
  try {
    // Not Uint8Array.fromBase64, which Node 22 lacks. Unlike Buffer, atob
    // rejects damaged text.
    return atob(body.replace(/^[\w-]+:.*$/gm, "")).charCodeAt(0) === 0x30;
  } catch {
    return false;
  }
}

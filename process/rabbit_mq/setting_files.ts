import { readFileSync, statSync } from "node:fs";
import { CaryatidError } from "@caryatid/sdk";
import { fileFault, platform } from "../platform.ts";
import { faultOfCertificates, faultOfKey, isForeignKey } from "./pem.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** What the files hold that the settings name. */
export interface SettingFiles {
  /** Instead of that of every URL. */
  readonly password: string | undefined;
  /** As `node:tls` wants it. */
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
 * Reads the files that the settings name. Asks no permission: what isn't granted is an error.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` for a file that isn't there or doesn't hold what it should, `PERMISSION_DENIED` for one
 * that can't be read
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
  return text.trim() === "" ? "found it empty, wanted a password" : undefined;
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
    throw deniedError(key, path, `run with --allow-read=${path}`);
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
    ? deniedError(key, path, "let this user read the file", cause)
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
      "found no permission, wanted read access",
    cause ? { hint, cause } : { hint },
  );
}

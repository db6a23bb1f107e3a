import { CaryatidError } from "@caryatid/sdk";
import type { TokenSource } from "../config.ts";
import type { Platform } from "./platform.ts";

/** Characters that a header can have after `Bearer`. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * Reads bearer tokens, one a line.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if the list is empty, or a token
 * does not fit into a header. The error contains no token
 */
export async function readTokens(
  source: TokenSource,
  platform: Platform,
): Promise<readonly string[]> {
  const { file, env } = source;
  const from = file === undefined ? `the variable ${env}` : `the file ${file}`;
  const text = file === undefined
    ? platform.variable(env!)
    : await readFile(file, platform);
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  const tokens = lines.filter((line) => line !== "");
  if (tokens.length === 0) throw wrong(from, "it has no token");
  const bad = tokens.findIndex((token) => !TOKEN.test(token));
  if (bad < 0) return tokens;
  throw wrong(
    from,
    `number ${bad + 1} does not fit into an Authorization header`,
  );
}

async function readFile(path: string, platform: Platform): Promise<string> {
  try {
    return await platform.readText(path);
  } catch (cause) {
    throw wrong(`the file ${path}`, (cause as Error).message, cause);
  }
}

function wrong(from: string, found: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot read bearer tokens from ${from}: ${found}`,
    { cause, hint: "Write one token per line: letters, digits and -._~+/." },
  );
}

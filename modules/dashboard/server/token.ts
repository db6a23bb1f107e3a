import { CaryatidError } from "@caryatid/sdk";
import type { Platform } from "../../rest_server/gateway/platform.ts";
import { readTokens } from "../../rest_server/gateway/tokens.ts";
import type { DashboardConfig } from "../config.ts";

/** Minimum length of a token. */
const MIN_LENGTH = 8;

/**
 * Reads the token of the page: the first line of the file, or the variable.
 * Returns undefined if the section names neither.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if the token is missing or too
 * short; the message never contains the token
 */
export async function readToken(
  section: DashboardConfig,
  platform: Platform,
): Promise<string | undefined> {
  const { "token-file": file, "token-env": env } = section;
  if (file === undefined && env === undefined) return undefined;
  const [token] = await readTokens({ file, env }, platform);
  if (token!.length >= MIN_LENGTH) return token;
  throw new CaryatidError(
    "INVALID_CONFIG",
    `Cannot use the token of the dashboard: found ${token!.length} ` +
      `characters; expected at least ${MIN_LENGTH}`,
  );
}

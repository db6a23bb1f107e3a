import { CaryatidError } from "@caryatid/sdk";

/** The error for a body that isn't a message: `found` says what is wrong at which byte of it. */
export function decodeFailed(
  offset: number,
  found: string,
  options: ErrorOptions = {},
): CaryatidError {
  return new CaryatidError(
    "DECODE_FAILED",
    `Cannot decode the message at byte ${offset}: found ${found}`,
    options,
  );
}

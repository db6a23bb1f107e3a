import { CaryatidError } from "@caryatid/sdk";
import { safeText } from "../wire/safe_text.ts";
import type { GuestOptions, LoadedModule } from "./guest_options.ts";
import { guestName } from "./guest_spawner.ts";

/**
 * Returns the error of a guest that has ended. `found` may contain text of the
 * guest.
 */
export function endedError(
  options: GuestOptions,
  found: string,
  hint?: string,
): CaryatidError {
  return new CaryatidError(
    "GUEST_ENDED",
    `Cannot continue with the ${options.spawner.isolation} of ` +
      `${guestName(options)}: ${safeText(found)}`,
    { hint },
  );
}

/** Returns the error of a guest whose code cannot be used. */
export function loadError(
  options: GuestOptions,
  cause: unknown,
): CaryatidError {
  const { message, hint } = cause as CaryatidError;
  return new CaryatidError(
    "LOAD_FAILED",
    `Cannot load ${guestName(options)} from "${options.specifier}": ${message}`,
    { cause, hint },
  );
}

/**
 * Checks that a guest has loaded code of the wanted kind.
 *
 * @throws {CaryatidError} `WRONG_EXPORT`
 */
export function checkKind(
  { kind: found }: LoadedModule,
  { kind: wanted = "module" }: GuestOptions,
): void {
  if (found === wanted) return;
  throw new CaryatidError(
    "WRONG_EXPORT",
    `found a ${found} as its default export; expected a ${wanted}`,
  );
}

/** Returns the error of requests that a guest was handling when it ended. */
export function goneError({ kind, id }: GuestOptions, cause: unknown): unknown {
  if (kind === "message-bus") return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CaryatidError("GUEST_ENDED", `Module "${id}" ended: ${why}`, {
    cause,
  });
}

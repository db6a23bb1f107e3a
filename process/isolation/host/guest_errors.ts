import { CaryatidError } from "@caryatid/sdk";
import { harmlessText } from "../harmless_text.ts";
import type { GuestOptions, LoadedModule } from "./guest_options.ts";
import { guestName } from "./guest_spawner.ts";

/** Why a guest is over: what was found may be in its own words. */
export function endedError(
  options: GuestOptions,
  found: string,
  hint?: string,
): CaryatidError {
  return new CaryatidError(
    "GUEST_ENDED",
    `Cannot go on with the ${options.spawner.isolation} of ` +
      `${guestName(options)}: ${harmlessText(found)}`,
    { hint },
  );
}

/** The code of a guest can't be used, because of `cause`. */
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
 * Checks that a guest has loaded what it is to be.
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
    `found a ${found} as its default export, wanted a ${wanted}`,
  );
}

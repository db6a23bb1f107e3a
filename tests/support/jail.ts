import { findJail } from "../../process/isolation/jail/find_jail.ts";

/** Jail of this machine, or what is missing. */
export const jail = await findJail();

const isRequired = Deno.env.get("CARYATID_REQUIRE_JAIL") === "1";

/**
 * True if tests of the jail are to be skipped. With `CARYATID_REQUIRE_JAIL=1`
 * they run and fail.
 */
export const skipJail: boolean = "missing" in jail && !isRequired;

/** End of the name of a test that is skipped without a jail. */
export const whyNoJail: string = "missing" in jail && skipJail
  ? ` (skipped: no jail: ${jail.missing})`
  : "";

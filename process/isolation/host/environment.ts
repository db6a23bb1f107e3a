import { CaryatidError } from "@caryatid/sdk";

const BROKER = "DENO_PERMISSION_BROKER_PATH";

/** An environment variable, where this program may read it. */
export function readableVariable(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/**
 * Refuses to start guests where their permissions wouldn't count.
 *
 * @throws {CaryatidError} `GUEST_REFUSED`
 */
export function checkNoBroker(id: string): void {
  if (readableVariable(BROKER) === undefined) return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start module "${id}": found ${BROKER} in the environment, which ` +
      "decides in place of what the module is granted",
    { hint: `unset ${BROKER}` },
  );
}

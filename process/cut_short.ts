import { CaryatidError } from "@caryatid/sdk";

/** Whether `error`, met while stopping, says no more than that the stop cut something short. */
export function isCutShort(error: unknown): boolean {
  const code = error instanceof CaryatidError ? error.code : undefined;
  return code === "ABORTED" || code === "BUS_CLOSED";
}

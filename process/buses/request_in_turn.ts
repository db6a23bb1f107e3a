import { CaryatidError, type RequestOptions } from "@caryatid/sdk";
import type { Carrier } from "./route_table.ts";

/** Asks on one carrier after the other, until somebody handles the request. */
export async function requestInTurn(
  carriers: readonly Carrier[],
  topic: string,
  message: unknown,
  options: RequestOptions | undefined,
): Promise<unknown> {
  let refusal: unknown;
  for (const { bus } of carriers) {
    try {
      return await bus.request(topic, message, options);
    } catch (error) {
      if (!isNoHandler(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function isNoHandler(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "NO_HANDLER";
}

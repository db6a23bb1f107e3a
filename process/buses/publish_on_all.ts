import { CaryatidError, type PublishOptions } from "@caryatid/sdk";
import { describeFailure, randomId } from "@caryatid/sdk/bus";
import type { Carrier } from "./route_table.ts";

/** Publishes on all carriers under one id; rejects if one of them refuses, and says which ones didn't. */
export async function publishOnAll(
  carriers: readonly Carrier[],
  topic: string,
  message: unknown,
  options: PublishOptions | undefined,
): Promise<void> {
  const named = { ...options, id: options?.id ?? randomId() };
  const results = await Promise.allSettled(
    carriers.map(({ bus }) => bus.publish(topic, message, named)),
  );
  const refused = results.findIndex(({ status }) => status === "rejected");
  if (refused < 0) return;
  const accepted = carriers.filter((_, i) =>
    results[i]!.status === "fulfilled"
  );
  const { reason } = results[refused] as PromiseRejectedResult;
  throw partlyError(topic, carriers[refused]!, accepted, reason);
}

function partlyError(
  topic: string,
  refused: Carrier,
  accepted: readonly Carrier[],
  cause: unknown,
): CaryatidError {
  const refusal = cause instanceof CaryatidError
    ? cause
    : new CaryatidError("BUS_UNAVAILABLE", describeFailure(cause).message, {
      cause,
    });
  const others = accepted.length === 0
    ? "no bus accepted it"
    : `accepted by ${accepted.map(({ id }) => id).join(", ")}`;
  return new CaryatidError(
    refusal.code,
    `Cannot publish on "${topic}": bus ${refused.id} refused it ` +
      `(${refusal.message}), ${others}`,
    { cause: refusal.code === "ABORTED" ? refusal.cause : refusal },
  );
}

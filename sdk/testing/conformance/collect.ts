import type { Delivery, Subscription } from "../../mod.ts";
import { isNew, tell } from "./take.ts";
import type { Trial } from "./trial.ts";
import { whileProgress } from "./within.ts";

/** What loops over several subscriptions got so far. */
export interface Collection {
  /** Who got what, in the order of the subscriptions. */
  readonly shares: readonly (readonly Delivery[])[];
  /** Resolves when all have got `n` deliveries together; fails when nothing comes for 5 s, and says what came. */
  until(n: number): Promise<void>;
}

/** Loops over all subscriptions at once, each until it ends. */
export function collect(
  trial: Trial,
  subscriptions: readonly Subscription[],
): Collection {
  const shares = subscriptions.map((): Delivery[] => []);
  const seen = new Set<string>();
  let count = 0;
  let wanted = { n: Infinity, ...Promise.withResolvers<void>() };
  const loop = async (subscription: Subscription, share: Delivery[]) => {
    for await (const delivery of subscription) {
      if (!trial.exactlyOnce && !isNew(delivery, seen)) continue;
      share.push(delivery);
      if (++count >= wanted.n) wanted.resolve();
    }
  };
  subscriptions.forEach((subscription, i) =>
    loop(subscription, shares[i]!).catch((error) => wanted.reject(error))
  );
  return {
    shares,
    until(n) {
      wanted = { n, ...Promise.withResolvers<void>() };
      if (count >= n) wanted.resolve();
      return whileProgress(
        wanted.promise,
        () => count,
        () => `${n} deliveries, ${shares.map(tell).join("; ")}`,
      );
    },
  };
}

import type { Case, Figures } from "../harness.ts";
import { loadClient } from "./rabbitmq_client.ts";
import { type Load, ours, raw } from "./peers.ts";

const SIZES = [100, 1024, 10 * 1024];
const IN_FLIGHT = 1_000;
const REMARK = "peers: amqplib by hand, which acknowledges in batches and " +
  "corks its writes as the bus does, and rabbitmq-client; with our codec, on " +
  "one exchange instead of two, without an id, the time, or a message kept " +
  "until its confirm";

/**
 * Confirmed publish → acknowledged delivery, with the same number of publishes
 * in flight and the same prefetch.
 */
export const throughput: readonly Case[] = [
  ...SIZES.map((size): Case => ({
    ...compared({ size, messages: 20_000, inFlight: IN_FLIGHT, members: 0 }),
    name: `throughput-${size}-bytes`,
    goals: [{ of: "ratio", least: 0.95 }],
    remark: `one subscriber, ${IN_FLIGHT} publishes in flight; ${REMARK}`,
  })),
  ...SIZES.map((size): Case => ({
    ...compared({ size, messages: 2_000, inFlight: 1, members: 0 }),
    name: `awaited-${size}-bytes`,
    remark: `one subscriber, each publish awaited; ${REMARK}`,
  })),
  ...[1, 2, 4].map((members): Case => ({
    ...compared({ size: 1024, messages: 10_000, inFlight: IN_FLIGHT, members }),
    name: `group-of-${members}`,
    remark: `1 KB, a quorum queue; ${REMARK}`,
  })),
];

/** All peers in one run, so that each has the same load of the machine. */
function compared(load: Load): Pick<Case, "unit" | "run" | "ratio"> {
  return {
    unit: "/s",
    ratio: ["ours", "amqplib"],
    run: async (): Promise<Figures> => {
      const figures = { ours: await ours(load), amqplib: await raw(load) };
      const client = await loadClient();
      return client === undefined
        ? figures
        : { ...figures, "rabbitmq-client": await client(load) };
    },
  };
}

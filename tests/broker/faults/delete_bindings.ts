import assert from "node:assert/strict";
import type { AmqpClient } from "../amqp_client.ts";
import type { PrivateBroker } from "../private_broker.ts";

/** A binding as rabbitmqctl lists it. */
export interface Binding {
  readonly source_name: string;
  readonly destination_name: string;
  readonly destination_kind: "queue" | "exchange";
  readonly routing_key: string;
  readonly arguments: Record<string, string>;
}

const COLUMNS = [
  "source_name",
  "destination_name",
  "destination_kind",
  "routing_key",
  "arguments",
];

/** Deletes all bindings for which `wanted` returns true, at the same moment. */
export async function deleteBindings(
  broker: PrivateBroker,
  { channel }: AmqpClient,
  wanted: (binding: Binding) => boolean,
): Promise<void> {
  const listed = await broker.list("bindings", ...COLUMNS);
  const bindings = (listed as unknown as Binding[])
    .filter((it) => it.source_name !== "" && wanted(it));
  assert(bindings.length > 0);
  await Promise.all(bindings.map((it) => {
    const { source_name: source, destination_name: destination } = it;
    const unbind = it.destination_kind === "queue"
      ? "unbindQueue" as const
      : "unbindExchange" as const;
    return channel[unbind](destination, source, it.routing_key, it.arguments);
  }));
}

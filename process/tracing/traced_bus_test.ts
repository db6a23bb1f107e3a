import type { PublishOptions, RequestOptions } from "@caryatid/sdk";
import { BusLayer, InMemoryBus } from "@caryatid/sdk/bus";
import { CAUSATION, SENDER, TRACEPARENT } from "@caryatid/sdk/internal/tracing";
import { busConformance } from "@caryatid/sdk/testing";
import { TracedBus } from "./traced_bus.ts";
import { Tracer } from "./tracer.ts";

/** Layer that removes the headers of tracing, which the suite does not know. */
class UntracedHeaders extends BusLayer {
  override publish(topic: string, message: unknown, options?: PublishOptions) {
    return super.publish(topic, message, without(options));
  }

  override request(topic: string, message: unknown, options?: RequestOptions) {
    return super.request(topic, message, without(options));
  }
}

function without<T extends PublishOptions & RequestOptions>(
  options: T | undefined,
): T | undefined {
  if (options?.headers === undefined) return options;
  const headers = { ...options.headers };
  for (const name of [TRACEPARENT, SENDER, CAUSATION]) delete headers[name];
  return { ...options, headers };
}

busConformance("A bus of which every message is traced", () => {
  const tracer = new Tracer({
    sample: 1,
    tracesPerSecond: Infinity,
    topic: undefined,
    finish() {},
  });
  const inner = new UntracedHeaders(new InMemoryBus());
  return Promise.resolve(new TracedBus(inner, "m", tracer));
});

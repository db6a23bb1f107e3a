import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";
import { brokerTest } from "../shared_broker.ts";
import {
  OtlpReceiver,
  type ReceivedSpan,
} from "../../support/otlp_receiver.ts";

const PROGRAM = new URL("program.ts", import.meta.url).pathname;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";

/** Spans of a trace as `service/module name`, each below its cause. */
function tree(spans: readonly ReceivedSpan[], parent: string): object {
  const caused = spans.filter(({ parentSpanId }) => parentSpanId === parent)
    .map((span) => {
      const module = span.attributes["caryatid.module"] ?? "deno";
      const label = `${span.service}/${module}: ${span.name}`;
      return [label, tree(spans, span.spanId)] as const;
    });
  return Object.fromEntries(caused.sort(([a], [b]) => a < b ? -1 : 1));
}

brokerTest(
  "an HTTP request is one trace through modules, RabbitMQ, a second process and an isolated module",
  async ({ url, exchange }) => {
    await using receiver = new OtlpReceiver();
    const run = (name: string) =>
      new RunningProgram(
        ["run", "-A", PROGRAM, name, url, exchange],
        receiver.env(name),
      );
    await using back = run("back");
    await back.line(/has begun/);
    await using front = run("front");
    const line = await front.line(/listening/);
    const server = JSON.parse(line).properties.url;
    const answer = await fetch(`${server}/hello`, {
      headers: { traceparent: `00-${TRACE}-${CALLER}-01` },
    });
    const body = await answer.json();
    assert.deepEqual(body, { price: 14 });
    const spans = await receiver.until(() => {
      const ours = receiver.spans.filter(({ traceId }) => traceId === TRACE);
      return ours.length >= 12 ? ours : undefined;
    });
    assert.deepEqual(tree(spans, CALLER), {
      "front/deno: GET": {
        "front/rest-server: GET": {
          "front/rest-server: request rest.get.hello": {
            "front/web: handle rest.get.hello": {
              "front/web: publish seen": { "back/audit: process seen": {} },
              "front/web: request price": {
                "back/prices: handle price": {
                  "back/prices: request stock.count": {
                    "back/stock: handle stock.count": {
                      "back/stock: publish stock.asked": {
                        "back/audit: process stock.asked": {},
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    });
    const handled = spans.find(({ name }) => name === "handle stock.count")!;
    assert.equal(handled.schemaUrl, "https://opentelemetry.io/schemas/1.45.0");
    assert.deepEqual(handled.attributes, {
      "messaging.system": "caryatid",
      "messaging.operation.name": "handle",
      "messaging.operation.type": "process",
      "messaging.destination.name": "stock.count",
      "messaging.destination.template": "stock.count",
      "messaging.message.id": handled.attributes["messaging.message.id"],
      "caryatid.module": "stock",
    });
    const logged = JSON.parse(await back.line(/counted/)).properties;
    assert.deepEqual([logged.trace_id, logged.span_id], [
      TRACE,
      handled.spanId,
    ]);
  },
);

import type { SpanBatch } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { DashboardProcess } from "./testing/dashboard_process.ts";
import { EventReader } from "./testing/event_reader.ts";

const { gc } = globalThis as { gc?: () => void };
const SKIPPED = gc ? "" : " (skipped: needs --v8-flags=--expose-gc)";

/** Rounds before the memory is compared, and after. */
const WARM_UP = 6;
const ROUNDS = 4;
/** Maximum number of comparisons. */
const TRIES = 3;
const PAGES = 100;
const TOPICS = 10_000;
const TRACES = 500;
/** Maximum growth of the heap over all later rounds, in bytes. */
const MAX_GROWTH = 2 ** 20;

Deno.test({
  name:
    `the memory of a dashboard stays flat over 1,000 pages, 100,000 topics and 5,000 traces, with a page that does not read${SKIPPED}`,
  ignore: gc === undefined,
  async fn() {
    await using subject = await DashboardProcess.start([], {}, {
      config: { log: { level: "error" } },
    });
    const stopped = await subject.page("?tail=%23");
    await stopped.next("state");
    for (let round = 0; round < WARM_UP; round++) await day(subject, round);
    // V8 also allocates code and caches; a leak grows in each attempt.
    let round = WARM_UP, grown = Infinity;
    for (let tries = 0; tries < TRIES && grown > MAX_GROWTH; tries++) {
      const before = await heap();
      for (let more = 0; more < ROUNDS; more++) await day(subject, round++);
      grown = await heap() - before;
    }
    assert(grown < MAX_GROWTH, `grew by ${Math.round(grown / 1024)} KiB`);
  },
});

/** Opens and closes pages while other topics and traces appear. */
async function day(subject: DashboardProcess, round: number): Promise<void> {
  const { context } = subject.process;
  for (let n = 0; n < TOPICS; n++) {
    await context.publish(`day.${round}.${n}`, { n, text: "some text" });
  }
  for (let first = 0; first < TRACES; first += 100) {
    await context.publish("caryatid.tracing.spans", spans(round, first));
  }
  for (let page = 0; page < PAGES; page += 20) {
    const pages = await Promise.all(
      Array.from(
        { length: 20 },
        // not by `page`, which keeps its readers
        async () => new EventReader(await subject.get("/events?tail=day.%23")),
      ),
    );
    await Promise.all(pages.map((page) => page.next("state")));
    await Promise.all(pages.map((page) => page.close()));
  }
}

function spans(round: number, first: number): SpanBatch {
  return {
    process: "p",
    dropped: 0,
    spans: Array.from({ length: 100 }, (_, n) => ({
      traceId: (round * TRACES + first + n + 1).toString(16).padStart(32, "0"),
      spanId: "00f067aa0ba902b7",
      name: "publish a",
      kind: "publish" as const,
      module: "m",
      topic: `day.${n}`,
      start: Date.now(),
      duration: n,
      messageId: `${round} ${first + n}`,
    })),
  };
}

/** Returns the used heap after everything unreachable was collected. */
async function heap(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setTimeout(resolve)); // lets streams close
    gc!();
  }
  return Deno.memoryUsage().heapUsed;
}

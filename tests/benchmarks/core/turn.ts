import type { Case } from "../harness.ts";
import { expectAll } from "./count.ts";
import { Subject } from "./subject.ts";

const DUE = 10;

/**
 * Delay of a timer while a module only publishes. A loop over settled promises
 * would never let the timer fire.
 */
export const turn: Case = {
  name: "timer-while-publishing",
  unit: "ms",
  runs: 15,
  async run() {
    await using subject = new Subject();
    const { context } = subject;
    let received = 0;
    const read = (async () => {
      for await (const _ of context.subscribe("bench.turn")) received++;
    })();
    const start = performance.now();
    let fired = 0;
    setTimeout(() => fired = performance.now(), DUE);
    let published = 0;
    while (fired === 0) await context.publish("bench.turn", published++);
    await context.close();
    await read;
    expectAll(received, published);
    return { late: fired - start - DUE };
  },
  remark: `a ${DUE} ms timer during for (;;) await publish()`,
};

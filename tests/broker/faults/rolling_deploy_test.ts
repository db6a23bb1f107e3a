import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { idleTime } from "../idle_time.ts";
import { brokerTest } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { done } from "./run_member.ts";
import { runService, stopService } from "./service.ts";

const BACKLOG = 3_000;
const WORK = 5;
/**
 * Maximum time in milliseconds, in addition to the longest handler, in which a
 * process stops. In parallel with other suites on two cores it takes longer
 * than the 500 ms that `deno task trials` measures.
 */
const GRACE = 5_000;

brokerTest(
  "D5 SIGTERM ends a group member with a backlog at once with exit code 0, and nothing is lost or repeated",
  async ({ url, exchange }) => {
    await using bus = newBus({ url, exchange });
    await bus.open();
    const first = bus.subscribe("orders.#", { group: "workers" });
    await first.ready;
    await first.close();
    await Promise.all(
      numbers(BACKLOG).map((n) => bus.publish("orders.new", n)),
    );
    const handled: string[] = [];
    for (const _ of ["one", "two"]) {
      await using service = await runService({ url, exchange, work: WORK });
      await service.line(/^done /, 50);
      const stopped = stopService(service);
      const took = await idleTime(stopped, "the end of the process");
      assert.equal((await stopped).code, 0, service.log);
      assert(took <= WORK + GRACE, `it took ${took} ms`);
      handled.push(...done(service));
    }
    // The broker itself returns a delivery that meets the cancellation early.
    const early = handled.filter((text, i) => Number(text) > i);
    assert(early.length <= 2, `out of order: ${handled}`);
    assert.equal(new Set(handled).size, handled.length);
    await using rest = await runService({ url, exchange });
    await rest.line(new RegExp(`^done ${BACKLOG - 1}$`));
    assert.equal(handled.length + done(rest).length, BACKLOG);
  },
);

brokerTest(
  "D5 in a rolling restart under load every process exits with 0, no message is lost and no request fails",
  async ({ url, exchange }) => {
    await using bus = newBus({ url, exchange });
    await bus.open();
    const options = { url, exchange, work: WORK };
    const services = [await runService(options), await runService(options)];
    const published: string[] = [];
    const failures: string[] = [];
    const note = ({ code, message }: CaryatidError) =>
      failures.push(`${code} ${message}`);
    const requests: Promise<unknown>[] = [];
    const timeout = 30_000;
    const load = setInterval(() => {
      for (const _ of numbers(5)) {
        const n = published.push(`${published.length}`) - 1;
        bus.publish("orders.new", `${n}`).catch(note);
      }
      for (const _ of numbers(2)) {
        const request = bus.request("price", requests.length, { timeout });
        requests.push(request.catch(note));
      }
    }, 20);
    const handled = new Set<string>();
    const slow: number[] = [];
    for (const n of numbers(6)) {
      const next = await runService(options);
      const old = services[n % 2]!;
      const stopped = stopService(old);
      const took = await idleTime(stopped, "the end of the process");
      assert.equal((await stopped).code, 0, old.log);
      if (took > WORK + GRACE) slow.push(took);
      for (const text of done(old)) handled.add(text);
      await old[Symbol.asyncDispose]();
      services[n % 2] = next;
    }
    clearInterval(load);
    await Promise.all(requests);
    await bus.publish("orders.new", "end");
    const everything = () => {
      const all = new Set([...handled, ...services.flatMap(done)]);
      return published.every((text) => all.has(text)) || undefined;
    };
    await Promise.race(
      services.map((it) => it.until(everything, () => "all messages")),
    ).finally(() =>
      Promise.all(services.map((it) => it[Symbol.asyncDispose]()))
    );
    assert.deepEqual(failures, []);
    // another program may take the core
    assert(slow.length <= 1, `exits took ${slow} ms`);
  },
);

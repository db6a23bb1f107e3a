/**
 * Rate of an emitter in memory: of EventEmitter3, whose `emit` calls the
 * listener, or of Emittery, whose `emit` is awaited. The option `package` is
 * one of both, `count` the number of events. Prints events per second of this
 * thread.
 *
 * @module
 */
import { threadTime } from "../core/thread_time.ts";

interface Emitter {
  on(name: string, listener: (event: unknown) => void): unknown;
  emit(name: string, event: unknown): unknown;
}

const options = JSON.parse(Deno.args[0]!);
const { default: Loaded }: { default: new () => Emitter } = await import(
  options.package
);

async function rate(count: number, isAwaited: boolean): Promise<number> {
  const emitter = new Loaded();
  let received = 0;
  emitter.on("bench", () => void received++);
  const start = threadTime();
  for (let i = 0; i < count; i++) {
    const emitted = emitter.emit("bench", i);
    if (isAwaited) await emitted;
  }
  const time = threadTime() - start;
  if (received !== count) {
    throw new Error(`lost events: found ${received}; expected ${count}`);
  }
  return count * 1_000 / time;
}

const isAwaited = options.package === "emittery";
await rate(options.count / 5, isAwaited); // warms up
// deno-lint-ignore no-console -- it is the program's output
console.log(await rate(options.count, isAwaited));

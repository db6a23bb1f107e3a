import { MockBus } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { readConfig } from "../config/read_config.ts";
import { NotedLog } from "../testing/noted_log.ts";
import { BusStack } from "./stack.ts";

Deno.test("BusStack returns the routing bus itself for a module without monitor, rights and topics", async () => {
  const { stack, bus, module, config } = await stackFor("[module.x]");
  assert.equal(await stack.forModule(module, undefined, config), bus);
  assert.equal(stack.forProgram(), bus);
  await bus.close();
});

Deno.test("BusStack rejects a call without rights before it is counted, and warns about it first", async () => {
  const counted: string[] = [];
  const { stack, bus, log, module, config } = await stackFor(
    '[module.x.permissions]\npublish = ["a"]',
    {
      watch(id, inner) {
        const counting = Object.create(inner);
        counting.publish = (topic: string, message: unknown) => {
          counted.push(`${id} ${topic}`);
          return inner.publish(topic, message);
        };
        return counting;
      },
    },
  );
  const stacked = await stack.forModule(module, { publish: ["a"] }, config);
  await stacked.publish("a", 1);
  await assert.rejects(stacked.publish("b", 2), { code: "FORBIDDEN" });
  assert.deepEqual(counted, ["x a"]);
  assert.match(log.lines.join(), /publishes on "b", which it does not declare/);
  await stack.forProgram().publish("b", 3);
  assert.deepEqual(counted, ["x a", "process b"]);
  await bus.close();
});

async function stackFor(
  text: string,
  monitor?: ConstructorParameters<typeof BusStack>[0]["monitor"],
) {
  const config = await readConfig(text);
  const bus = new MockBus();
  const log = new NotedLog();
  const stack = new BusStack({ routingBus: bus, monitor, log: () => log });
  return { stack, bus, log, config, module: config.modules[0]! };
}

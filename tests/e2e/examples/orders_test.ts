import assert from "node:assert/strict";
import { declaresElsewhere } from "../../broker/left_behind.ts";
import { withBroker } from "../../broker/shared_broker.ts";
import { browserTest } from "../../support/chromium.ts";
import { ROOT, type RunningProgram } from "../../support/running_program.ts";
import { startCaryatid, stop } from "../cli/caryatid.ts";

const ORDERS = `${ROOT}examples/orders/orders.toml`;
const OVER_RABBITMQ = `${ROOT}examples/orders/rabbitmq.toml`;
/** Picture of the README. `CARYATID_SCREENSHOT=1` takes it again. */
const PICTURE = `${ROOT}examples/orders/page.png`;
const ANY_PORT = { CARYATID_MODULE__REST_SERVER__PORT: "0" };

interface Order {
  readonly id: string;
  readonly state: string;
}

/** Resolves with the address of its REST server. */
async function addressOf(program: RunningProgram): Promise<string> {
  const line = await program.line(/REST server listening on http/);
  return /http:\S+/.exec(line)![0];
}

function place(
  address: string,
  wish: { item: string; count: number },
): Promise<Response> {
  return fetch(`${address}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...wish, customer: "Ada" }),
  });
}

/** Resolves with the first live message on a topic after `act`. */
async function live(
  address: string,
  topic: string,
  act: () => Promise<unknown>,
): Promise<unknown> {
  const response = await fetch(`${address}/live/events?topic=${topic}`);
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  const acted = act();
  let text = "";
  let found: RegExpExecArray | null = null;
  while (found === null) {
    const { done, value } = await reader.read();
    assert(!done, text);
    text += value;
    found = /^data: (\{.*\})$/m.exec(text);
  }
  await reader.cancel();
  await acted;
  return JSON.parse(found[1]!).message;
}

Deno.test("examples/orders takes an order, ships it and gives points for it", async () => {
  await using program = startCaryatid(["run", ORDERS], ANY_PORT);
  const address = await addressOf(program);
  let order: Order | undefined;
  const points = await live(address, "loyalty.points", async () => {
    const response = await place(address, { item: "kettle", count: 2 });
    assert.equal(response.status, 201);
    order = await response.json();
  });
  assert.deepEqual(points, { customer: "Ada", points: 10 });
  const shown = await fetch(`${address}/orders/${order!.id}`);
  assert.equal((await shown.json()).state, "shipped");

  const refused = await place(address, { item: "kettle", count: 2 });
  assert.equal(refused.status, 409);
  const { code, details } = await refused.json();
  assert.deepEqual({ code, details }, {
    code: "OUT_OF_STOCK",
    details: { item: "kettle", left: 1 },
  });
  await stop(program);
  const warnings = program.lines.filter((line) => /WARN|ERROR/.test(line));
  assert.deepEqual(warnings, []);
});

browserTest(
  "the page of examples/orders shows an order, its parcel and the points",
  async (browser) => {
    await using program = startCaryatid(["run", ORDERS], ANY_PORT);
    const address = await addressOf(program);
    const page = await browser.open(address, 720, 460);
    await page.until("h1", /Orders/);
    await page.type("input[name=customer]", "Ada", true);
    await page.until("#orders", /Ada\s*1 × tea\s*in parcel 1/);
    await page.until("#answer", /Ada has 10 points\./);
    if (Deno.env.has("CARYATID_SCREENSHOT")) {
      await Deno.writeFile(PICTURE, await page.screenshot());
    }
    assert.deepEqual(page.complaints, []);
    await stop(program);
  },
);

const NAME = "examples/orders in two processes ships over RabbitMQ";
withBroker(NAME, (broker) => {
  Deno.test(NAME, async () => {
    const { url, exchange } = broker();
    declaresElsewhere(exchange, "shipping", "order.placed");
    await using program = startCaryatid(["up", ORDERS, OVER_RABBITMQ], {
      ...ANY_PORT,
      CARYATID_MESSAGE_BUS__EXTERNAL__URL: url,
      CARYATID_MESSAGE_BUS__EXTERNAL__EXCHANGE: exchange,
    });
    const address = await addressOf(program);
    await program.line(/shipping \| .*module shipping/);
    const parcel = await live(address, "order.shipped", async () => {
      const response = await place(address, { item: "tea", count: 1 });
      assert.equal(response.status, 201);
      await response.body?.cancel();
    });
    assert.equal((parcel as { customer: string }).customer, "Ada");
    await stop(program);
  });
});

/**
 * Expected output of each example before Ctrl-C, in one process or in two; a
 * text that occurs twice, on two lines.
 */
export const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  simple: [
    'publisher: Sending { message: "Hello, world!" }',
    'subscriber: Received: { message: "Hello, world!" }',
  ],
  typed: [
    "publisher: Sending { Test: {",
    "subscriber: Received test: Hello, world! 42",
    "subscriber: Received string Bye!",
    'subscriber: Received JSON { message: "Hello, world!" }',
    'spy: received sample.test: { Test: { data: "Hello, world!", number: 42 } }',
    "subscriber: The time sponsored by Caryatid is ",
    "subscriber: The time sponsored by Caryatid is ",
  ],
  request: [
    'responder: Handler received { message: "Hello, world!" }',
    "responder: Responding with {",
    'requester: Got response: { message: "Hello, world!", response: "Loud and clear" }',
    "requester: Got error: NO_HANDLER",
  ],
  multi: [
    ...Array(3).fill(
      'subscriber: Message from sample1.#: (sample1.test, { message: "Hello, world! from publisher #1" })',
    ),
    'subscriber: Message from sample2.#: (sample2.test, { message: "Hello, world! from publisher #2" })',
  ],
  monitor: [
    ...Array(2).fill("ms to publish on work.todo: slow has 3 messages unread"),
    ...Array(2).fill("quick has waited "),
  ],
  performance: [
    "subscriber: Elapsed time: ",
    "subscriber: Count: 1000000",
    "subscriber: Average time: ",
    "subscriber: Rate: ",
  ],
  spy: [
    "spy: received request stock.tea: { amount: 2 }, answered in ",
    'spy: received order.new: { kind: "order", item: "tea", total: 12, card: { number: "***" } }',
    'large-orders: received order.new: { "message.item": "teapot", "message.total": 120 }',
    'spy: received order.new: { kind: "order", item: "tea", total: 9, note: "please',
    "scale: received shop.scale: { number: 0, grams: 250 }",
    "scale: received shop.scale: { number: 7500, grams: 250 }",
  ],
};

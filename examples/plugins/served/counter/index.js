export default {
  "~caryatid": { kind: "module", version: 1 },
  name: "counter",
  description: "Counts the messages that it receives",
  config: undefined,
  permissions: {},
  init(context, { until }) {
    const greetings = context.subscribe("greeting.loud");
    context.run(async () => {
      let count = 0;
      for await (const _ of greetings) {
        context.log.info("received {count} of {until}", {
          count: ++count,
          until,
        });
        if (count === until) context.log.info("that is enough");
      }
    });
  },
};

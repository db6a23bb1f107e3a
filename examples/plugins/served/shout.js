// What defineModule makes, by hand: code on a server can't import an SDK that is on no registry yet.
export default {
  "~caryatid": { kind: "module", version: 1 },
  name: "shout",
  description: "Says again what is said, louder",
  config: undefined,
  permissions: {},
  init(context) {
    const greetings = context.subscribe("greeting.new");
    context.run(async () => {
      for await (const { message } of greetings) {
        const text = message.text.toUpperCase();
        context.log.info("{text}", { text });
        await context.publish("greeting.loud", { text });
      }
    });
  },
};

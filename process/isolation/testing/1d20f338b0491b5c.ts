import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "counter",
  init(context) {
    const numbers = context.subscribe("number", {});
    context.handle("who", () => "v1");
    context.run(async () => {
      for await (const { message } of numbers) {
        await context.publish("seen", ["v1", message]);
      }
    });
  },
});

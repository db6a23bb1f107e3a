import { defineModule } from "@caryatid/sdk";

/** Logs what it hears. */
export default defineModule({
  name: "subscriber",
  description: "Logs what it hears",
  init(context, config) {
    const heard = context.subscribe(String(config.topic ?? "sample.#"));
    context.run(async () => {
      for await (const { message } of heard) {
        context.log.info("Received: {message}", { message });
      }
    });
  },
});

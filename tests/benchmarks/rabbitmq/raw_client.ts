import { type Channel, type ConfirmChannel, connect } from "amqplib";
import { Skip } from "../harness.ts";

/** Where the broker is. */
export const URL = Deno.env.get("CARYATID_TEST_AMQP") ??
  "amqp://guest:guest@127.0.0.1:5672";

/** A name that nobody else uses. */
export function fresh(): string {
  return `caryatid-bench-${crypto.randomUUID().slice(0, 8)}`;
}

/** amqplib by hand: two connections, a channel with confirms to publish on and one to consume on. */
export class RawClient implements AsyncDisposable {
  readonly publishing: ConfirmChannel;
  readonly consuming: Channel;
  readonly #close: () => Promise<unknown>;

  private constructor(
    publishing: ConfirmChannel,
    consuming: Channel,
    close: () => Promise<unknown>,
  ) {
    this.publishing = publishing;
    this.consuming = consuming;
    this.#close = close;
  }

  static async open(): Promise<RawClient> {
    const options = { noDelay: true, timeout: 2_000 };
    const [one, two] = await Promise.all([
      connect(URL, options),
      connect(URL, options),
    ]).catch((error) => {
      throw new Skip(`no broker at ${URL.split("@").at(-1)}: ${error.message}`);
    });
    return new RawClient(
      await one.createConfirmChannel(),
      await two.createChannel(),
      () => Promise.all([one.close(), two.close()]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

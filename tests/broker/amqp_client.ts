import { type Channel, type ChannelModel, connect } from "amqplib";

/** A plain amqplib client, closed at the end of its block. */
export interface AmqpClient extends AsyncDisposable {
  readonly connection: ChannelModel;
  readonly channel: Channel;
}

/**
 * Connects with amqplib. The client ignores a lost connection: the test checks
 * the state itself.
 */
export async function openClient(url: string): Promise<AmqpClient> {
  const connection = await connect(url);
  let open = true;
  connection.on("error", () => {}); // an unhandled event ends the test process
  connection.on("close", () => open = false);
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // likewise
  return {
    connection,
    channel,
    [Symbol.asyncDispose]: async () => {
      if (open) await connection.close();
    },
  };
}

import { type Channel, type ChannelModel, connect } from "amqplib";

/** A plain client, closed at the end of its block. */
export interface AmqpClient extends AsyncDisposable {
  readonly connection: ChannelModel;
  readonly channel: Channel;
}

/** Connects with amqplib. A lost connection is no failure here: the test looks for itself. */
export async function openClient(url: string): Promise<AmqpClient> {
  const connection = await connect(url);
  let open = true;
  connection.on("error", () => {}); // or it would end the test process
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

/** Address of a server. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Resolves when the server answers the AMQP 0-9-1 protocol header as a broker
 * does, with `connection.start`.
 *
 * An accepted connection does not prove that the server answers: a broker that
 * is stopped, starting or hung may accept forever.
 *
 * @param ms the longest wait in milliseconds, for the connection and the answer
 * together
 * @throws {Error} with the answer that came instead
 */
export async function greeting(
  { hostname, port }: Address,
  ms: number = 1_000,
): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ms);
  let connection: Deno.TcpConn | undefined;
  try {
    connection = await Deno.connect({
      hostname,
      port,
      signal: patience.signal,
    });
    const close = connection.close.bind(connection);
    patience.signal.addEventListener("abort", close, { once: true });
    await connection.write(PROTOCOL_HEADER);
    checkStart(await readFully(connection, START_FRAME_HEAD));
  } catch (error) {
    if (!patience.signal.aborted) throw error;
    const text = `no AMQP greeting within ${ms} ms`;
    throw new Error(text, { cause: error });
  } finally {
    clearTimeout(timer);
    if (!patience.signal.aborted) connection?.close();
  }
}

/**
 * Resolves with the first greeting of a server that is starting.
 *
 * No event reports that a port begins to listen, so this polls every 20 ms; a
 * try on a closed port takes less than 1 ms.
 *
 * @param options when to stop: as soon as `giveUp` returns true, and after `ms`
 * milliseconds at the latest
 * @throws {Error} with the failure of the last try
 */
export async function firstGreeting(
  address: Address,
  options: { readonly giveUp: () => boolean; readonly ms: number },
): Promise<void> {
  const deadline = performance.now() + options.ms;
  for (;;) {
    try {
      return await greeting(address);
    } catch (error) {
      if (options.giveUp() || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The protocol header that a client sends first: `AMQP` and version 0-9-1. */
export const PROTOCOL_HEADER: Uint8Array<ArrayBuffer> = new Uint8Array(
  [0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1],
);

const START_FRAME_HEAD = 11;

/**
 * Checks the head of the answer: a method frame (1) of channel 0, four bytes of
 * length, class 10, method 10.
 */
function checkStart(head: Uint8Array): void {
  const [type, high, low, , , , , ...method] = head;
  const isStart = type === 1 && high === 0 && low === 0 &&
    method.join() === "0,10,0,10";
  if (isStart) return;
  const text = JSON.stringify(new TextDecoder().decode(head));
  throw new Error(
    `no AMQP broker: its answer is ${head.length} bytes, ${text}`,
  );
}

/** Reads up to `length` bytes: fewer if the server closes the connection. */
async function readFully(
  connection: Deno.Conn,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await connection.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

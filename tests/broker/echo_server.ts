import assert from "node:assert/strict";
import type { Address } from "./greeting.ts";

/** Server that sends back what it receives. */
export interface EchoServer extends Address, AsyncDisposable {
  /** All received text, of all connections. */
  readonly received: string;
  /** End of the first connection. */
  readonly ended: Promise<"end" | "reset">;
}

/**
 * Starts an echo server; disposing it stops listening, and resolves when all
 * connections have ended.
 */
export function echoServer(): EchoServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ended = Promise.withResolvers<"end" | "reset">();
  const echoes: Promise<void>[] = [];
  const server = {
    ...listener.addr,
    received: "",
    ended: ended.promise,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await accepting;
      await Promise.all(echoes);
    },
  };
  const hear = (bytes: Uint8Array) =>
    server.received += new TextDecoder("latin1").decode(bytes);
  const accepting = accept(listener, (connection) => {
    const echoing = echo(connection, hear)
      .then(() => ended.resolve("end"), () => ended.resolve("reset"));
    echoes.push(echoing);
  });
  return server;
}

/** A client's connection. */
export function connect({ hostname, port }: Address): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

/** Sends a text, and resolves with an answer of the same length. */
export async function ask(
  connection: Deno.Conn,
  question: string,
): Promise<string> {
  await writeAll(connection, question);
  return await readText(connection, question.length);
}

/** Reads this number of ASCII characters. */
export async function readText(
  connection: Deno.Conn,
  length: number,
): Promise<string> {
  return new TextDecoder().decode(await readExactly(connection, length));
}

/** Reads this number of bytes. Rejects if the connection ends before. */
export async function readExactly(
  connection: Deno.Conn,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = await connection.read(bytes.subarray(filled));
    assert(count !== null, `ended after ${filled} of ${length} bytes`);
    filled += count;
  }
  return bytes;
}

/** Writes all bytes, in several writes if necessary. */
export async function writeAll(
  connection: Deno.Conn,
  data: Uint8Array | string,
): Promise<void> {
  const bytes = typeof data === "string"
    ? new TextEncoder().encode(data)
    : data;
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}

async function accept(
  listener: Deno.Listener,
  serve: (connection: Deno.Conn) => void,
): Promise<void> {
  for (;;) {
    try {
      serve(await listener.accept());
    } catch (error) {
      // a client was reset before it was accepted; any other error ends the
      // listener
      if (!(error instanceof Deno.errors.NotConnected)) return;
    }
  }
}

async function echo(
  connection: Deno.Conn,
  hear: (bytes: Uint8Array) => void,
): Promise<void> {
  using _ = connection;
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    const bytes = buffer.subarray(0, count);
    hear(bytes);
    await writeAll(connection, bytes);
  }
}

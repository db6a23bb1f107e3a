import assert from "node:assert/strict";
import { RawClient } from "../testing/raw_client.ts";

const MIB = 1_048_576;
const CLIENTS = 1_000;
/** Memory that clients may cost beyond their sockets, in MiB. */
const MOST = 256;

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly socketPort: number;
  rss(): Promise<number>;
}

async function start(): Promise<Server> {
  const file = new URL("../testing/memory_program.ts", import.meta.url);
  const args = [
    "run",
    "--no-check",
    "--allow-net=127.0.0.1",
    "--allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE",
    file.pathname,
  ];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" })
    .spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const { port, socketPort } = JSON.parse(new TextDecoder().decode(value));
  return {
    port,
    socketPort,
    rss: async () =>
      Number(await (await fetch(`http://127.0.0.1:${port}/rss`)).text()),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

/** Sends until the other side takes no more, for 3 s at most. */
async function push(client: RawClient, head: string): Promise<void> {
  const chunk = new Uint8Array(65_536).fill(120);
  const end = performance.now() + 3_000;
  // One that is not read waits for ever.
  const late = setTimeout(() => client.close(), 4_000);
  try {
    await client.send(Uint8Array.from(head, (each) => each.charCodeAt(0)));
    while (performance.now() < end) await client.send(chunk);
  } catch {
    return; // it was cut
  } finally {
    clearTimeout(late);
  }
}

const HANDSHAKE = "GET /live/socket HTTP/1.1\r\nHost: a\r\n" +
  "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

interface Attack {
  readonly head: string;
  readonly socket?: boolean;
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  "bodies of 16 MiB": {
    head: "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n",
  },
  "unread answers of 1 MB": {
    head: "GET /long HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4),
  },
  "unfinished frames of 60 KB": {
    head: HANDSHAKE + "\x81\xfe\xea\x60\0\0\0\0" + "x".repeat(40_000),
    socket: true,
  },
  "frames of 60 MiB": {
    head: HANDSHAKE + "\x81\xff\0\0\0\0\x03\xc0\0\0\0\0\0\0",
    socket: true,
  },
  "heads without an end": {
    head: "GET / HTTP/1.1\r\nHost: a\r\n" +
      "X: yyyyyyyyyyyyyyyy\r\n".repeat(500),
  },
};

const isSoak = Deno.env.has("CARYATID_SOAK");

for (
  const [name, { head, socket = false }] of Object.entries(ATTACKS)
) {
  const title = `1,000 clients with ${name} cost at most ${MOST} MiB`;
  Deno.test({
    name: isSoak ? title : `${title} (skipped: part of test:soak)`,
    ignore: !isSoak,
    async fn() {
      await using server = await start();
      const port = socket ? server.socketPort : server.port;
      const clients: RawClient[] = [];
      for (let i = 0; i < CLIENTS; i++) {
        clients.push(await RawClient.connect(port));
      }
      const before = await server.rss();
      let most = 0;
      const pushing = Promise.all(clients.map((client) => push(client, head)));
      let isOver = false;
      pushing.finally(() => isOver = true);
      while (!isOver) most = Math.max(most, await server.rss().catch(() => 0));
      most = Math.max(most, await server.rss());
      for (const client of clients) await client.close();
      const cost = (most - before) / MIB;
      assert(cost < MOST, `${cost} MiB`);
    },
  });
}

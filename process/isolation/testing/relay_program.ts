/**
 * Runs the task that its argument names with a relay, and prints the result. It
 * is a separate program, because tests have no permission for Unix sockets,
 * whose paths are not known in advance.
 */
import { Process } from "@caryatid/process";
import { fileURLToPath } from "node:url";
import { GuestRelay } from "../relay/guest_relay.ts";
import type { LaunchOptions } from "../../loading/launch_options.ts";
import type { RelayAddress } from "../relay/relay_address.ts";
import { relaySpawner } from "../relay/relay_spawner.ts";
import { grants } from "./some_grants.ts";

const ECHO = new URL("./guests/echo.ts", import.meta.url).href;
const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));
const MEMORY = 256 * 2 ** 20;

const relay = new GuestRelay({
  orders: [{
    kind: "module",
    id: "guest",
    specifier: ECHO,
    integrity: undefined,
    grants: grants({}),
    memory: MEMORY,
    jail: "auto",
    inWorker: false,
  }],
  projectFlags: [`--config=${CONFIG}`, "--no-lock", "--cached-only"],
});

function spawn(id = "guest", address: RelayAddress = relay.address) {
  return relaySpawner(address).spawn({
    id,
    kind: "module",
    integrity: undefined,
    specifier: "file:///nowhere.ts", // the relay uses its own order
    grants: grants({ read: ["/"] }),
    memory: 2 * MEMORY,
    jail: "auto",
    mostBatch: 1e6,
    onOutput: () => {},
    onWarning: () => {},
  });
}

/**
 * Returns the answer of the relay to a client that writes `line` to its socket.
 */
async function answer(line: string): Promise<string> {
  const { path } = relay.address;
  using connection = await Deno.connect({ transport: "unix", path });
  await connection.write(new TextEncoder().encode(line));
  await connection.closeWrite();
  let answer = "";
  const piece = new Uint8Array(1024);
  for (let length; (length = await connection.read(piece));) {
    answer += new TextDecoder().decode(piece.subarray(0, length));
  }
  return answer;
}

function failure({ code, message }: { code: string; message: string }) {
  return `[${code}] ${message}`;
}

const TASKS: Record<string, () => Promise<unknown>> = {
  async ask() {
    const launch: LaunchOptions = { relay: relay.address };
    await using process = await Process.create({
      ...launch,
      base: import.meta.url,
      config: {
        log: { level: "error" },
        module: {
          guest: {
            class: "echo",
            import: "./guests/echo.ts",
            isolation: "process",
            permissions: { publish: ["#"], subscribe: ["#"], handle: ["#"] },
          },
        },
      },
    });
    await process.start();
    return await process.context.request("echo.ask", 1);
  },
  async strangers() {
    const other = await spawn("other").catch(failure);
    const address = { ...relay.address, token: "guessed" };
    const stranger = await spawn("guest", address).catch(failure);
    const lines = ["", "\n", "{}\n", "[1\n", "x".repeat(4096)];
    const answers = await Promise.all(lines.map(answer));
    const folder = relay.address.path.replace(/[^/]*$/, "");
    const { mode } = await Deno.stat(folder);
    return { other, stranger, answers, mode: mode! & 0o777 };
  },
  async many() {
    const all = await Promise.all([1, 2, 3, 4].map(() => spawn()));
    const fifth = await spawn().catch(failure);
    await Promise.all(all.map((guest) => guest.kill()));
    const again = await spawn();
    await again.kill();
    return { fifth, ended: await again.ended };
  },
  async end() {
    const guest = await spawn();
    guest.link.listen(() => {}, () => {});
    await relay[Symbol.asyncDispose]();
    const ended = await guest.ended;
    await guest.kill();
    const left = await Deno.stat(relay.address.path).catch(({ name }) => name);
    return { ended, left, after: await spawn().catch(failure) };
  },
};

const result = await TASKS[Deno.args[0]!]!();
await relay[Symbol.asyncDispose]();
await relay[Symbol.asyncDispose](); // harmless
// deno-lint-ignore no-console -- it is the answer
console.log(JSON.stringify(result));

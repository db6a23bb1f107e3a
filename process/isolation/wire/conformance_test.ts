import type { MessageBus } from "@caryatid/sdk";
import { busConformance } from "@caryatid/sdk/testing";
import { MESSAGE_SIZE } from "./frames.ts";
import { connect } from "./client/connect.ts";
import { busModelTest } from "../../../tests/support/bus_model.ts";
import type { Link } from "./link.ts";
import { PipeLink } from "./pipe_link.ts";
import { type Port, PortLink } from "./port_link.ts";
import { childPipes } from "../host/unjailed_process.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

/**
 * The guest's bus, in this process, with the bus of its host at the other end
 * of a real link.
 */
async function open(link: Link, end: () => Promise<void>): Promise<MessageBus> {
  const { bus } = await connect(link);
  const close = bus.close.bind(bus);
  let closing: Promise<void> | undefined;
  bus.close = () => closing ??= close().then(end);
  return bus;
}

function openWorker(): Promise<MessageBus> {
  const url = new URL("../testing/bus_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  return open(
    new PortLink(worker as unknown as Port),
    () => Promise.resolve(worker.terminate()),
  );
}

function openProcess(): Promise<MessageBus> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      new URL("../testing/bus_process.ts", import.meta.url).href,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const link = new PipeLink(childPipes(child), 16 * 1024 * 1024);
  return open(link, async () => {
    link.close();
    child.kill();
    await child.status;
  });
}

for (
  const [name, open, runs] of [
    ["bridge to a worker", openWorker, 100],
    ["bridge to a process", openProcess, 50],
  ] as const
) {
  busConformance(`The ${name}`, open, { scale, maxMessageSize: MESSAGE_SIZE });
  busModelTest(`the ${name}`, open, runs * scale);
}

import type { MessageBus } from "@caryatid/sdk";
import { busConformance } from "@caryatid/sdk/testing";
import { MESSAGE_SIZE } from "./frames.ts";
import { connect } from "./guest/connect.ts";
import type { Link } from "./link.ts";
import { PipeLink } from "./pipe_link.ts";
import { type Port, PortLink } from "./port_link.ts";
import { childPipes } from "./host/child_pipes.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

/** The guest's bus, in this process, with the bus of its host at the other end of a real link. */
async function open(link: Link, end: () => Promise<void>): Promise<MessageBus> {
  const { bus } = await connect(link);
  const close = bus.close.bind(bus);
  let closing: Promise<void> | undefined;
  bus.close = () => closing ??= close().then(end);
  return bus;
}

busConformance(
  "The bridge to a worker",
  () => {
    const url = new URL("./testing/bus_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    return open(
      new PortLink(worker as unknown as Port),
      () => Promise.resolve(worker.terminate()),
    );
  },
  { scale, maxMessageSize: MESSAGE_SIZE },
);

busConformance(
  "The bridge to a process",
  () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        new URL("./testing/bus_process.ts", import.meta.url).href,
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
  },
  { scale, maxMessageSize: MESSAGE_SIZE },
);

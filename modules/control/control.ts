import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { listenError } from "../listen_error.ts";
import {
  addressOf,
  type Configuration,
  configuration,
} from "./configuration.ts";
import { ControlFile } from "./control_file.ts";
import { ControlServer } from "./control_server.ts";

/**
 * Lets who may read its `file` (`control.json`) publish, request and listen in this process, over HTTP on this machine, at `listen`
 * (`127.0.0.1:0`: any port that is free). What a shell does counts as done by this module.
 */
export default defineModule({
  name: "control",
  description: "Lets a shell on this machine publish, request and listen",
  config: configuration,
  permissions: ({ listen, file }) => ({
    // Deno asks for whatever port 0 turns out to be.
    net: [listen.replace(/:0$/, "")],
    read: [file, ControlFile.unfinished(file)],
    write: [file, ControlFile.unfinished(file)],
  }),
  async init(context, config) {
    await ControlFile.refuseTaken(config.file);
    context.run(async () => {
      const server = listen(context, config);
      try {
        await beFound(server, context, config.file);
      } finally {
        await server.close();
      }
    });
  },
}) as Module;

function listen(context: Context, config: Configuration): ControlServer {
  try {
    return new ControlServer(context, addressOf(config));
  } catch (cause) {
    throw listenError(config.listen, cause);
  }
}

/** Has shells find the server until the process stops. */
async function beFound(
  server: ControlServer,
  { log, signal }: Context,
  path: string,
): Promise<void> {
  const file = new ControlFile(path, server);
  await file.write();
  try {
    log.info("a shell reaches it by {file}", { file: path });
    await aborted(signal);
  } finally {
    await file.remove();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

import { defineModule, type Module } from "@caryatid/sdk";
import { addressOf, configuration } from "./configuration.ts";
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
      const server = new ControlServer(context, addressOf(config));
      const file = new ControlFile(config.file, server);
      try {
        await file.write();
        context.log.info("a shell reaches it by {file}", { file: config.file });
        await aborted(context.signal);
      } finally {
        await file.remove();
        await server.close();
      }
    });
  },
}) as Module;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

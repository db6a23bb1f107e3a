import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { z } from "zod";
import { listenError } from "../listen_error.ts";
import { ControlFile } from "./control_file.ts";
import { ControlServer } from "./control_server.ts";

/**
 * Matches a loopback address with a port: only this machine can connect,
 * whatever a firewall allows.
 */
const LOOPBACK = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/;

/**
 * Schema of `[module.<id>]` of the class `control`. README.md describes the
 * keys.
 */
const controlConfig = z.strictObject({
  listen: z.string().regex(LOOPBACK, {
    error: "expected an address of this machine and a port: 127.0.0.1:4650, " +
      "or :0 for any free port",
  }).default("127.0.0.1:0"),
  file: z.string().min(1).default("control.json"),
});

/** Checked configuration of a control module. */
type ControlConfig = z.output<typeof controlConfig>;

/**
 * Lets `caryatid --attach` publish, request and subscribe in this process by
 * HTTP at `listen` (default `127.0.0.1:0`: any free port). A shell needs read
 * permission on `file` (default `control.json`). Its publishes and requests
 * count as those of this module.
 */
export default defineModule({
  name: "control",
  description: "Lets a shell on this machine publish, request and subscribe",
  config: controlConfig,
  permissions: ({ listen, file }) => ({
    // Deno checks the port that replaces port 0.
    net: [listen.replace(/:0$/, "")],
    read: [file, ControlFile.temporary(file)],
    write: [file, ControlFile.temporary(file)],
  }),
  async init(context, config) {
    await ControlFile.refuseUsed(config.file);
    context.run(async () => {
      const server = listen(context, config);
      try {
        await announce(server, context, config.file);
      } finally {
        await server.close();
      }
    });
  },
}) as Module;

function listen(context: Context, config: ControlConfig): ControlServer {
  try {
    return new ControlServer(context, addressOf(config));
  } catch (cause) {
    throw listenError(config.listen, cause);
  }
}

/** Writes the file of the server, and removes it when the process stops. */
async function announce(
  server: ControlServer,
  { log, signal }: Context,
  path: string,
): Promise<void> {
  const file = new ControlFile(path, server);
  await file.write();
  try {
    log.info("caryatid --attach finds this process by {file}", { file: path });
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

/** Splits `listen` into host and port. */
function addressOf(
  { listen }: ControlConfig,
): { hostname: string; port: number } {
  const [, host, port] = listen.match(LOOPBACK)!;
  return { hostname: host!.replace(/^\[|\]$/g, ""), port: Number(port) };
}

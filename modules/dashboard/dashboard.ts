import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { isTaken, listenError } from "../listen_error.ts";
import { findPlatform } from "../rest_server/gateway/find_platform.ts";
import { hostsOf } from "../rest_server/gateway/hosts.ts";
import type {
  Answer,
  Listener,
  Platform,
} from "../rest_server/gateway/platform.ts";
import { netOf, urlHost } from "../server_address.ts";
import { shutDown } from "../shut_down.ts";
import { type DashboardConfig, dashboardSchema } from "./config.ts";
import { Hub } from "./live/hub.ts";
import { dashboardApp } from "./server/app.ts";
import { readToken } from "./server/token.ts";

/**
 * Serves a page with the live state of all processes on the bus, at
 * `http://127.0.0.1:9800` unless configured otherwise.
 */
export default defineModule({
  name: "dashboard",
  description: "Shows the flow of messages, and who waits for whom",
  config: dashboardSchema,
  permissions: (config) => ({
    net: [config.port].flat().map((port) => netOf(config.address, port)),
    ...config["token-file"] && { read: [config["token-file"]] },
    ...config["token-env"] && { env: [config["token-env"]] },
  }),
  init: (context, config) => start(context, config),
}) as Module;

async function start(
  context: Context,
  config: DashboardConfig,
): Promise<void> {
  const platform = await findPlatform();
  const token = await readToken(config, platform);
  const hub = new Hub(context, config);
  const app = dashboardApp({
    context,
    config,
    hub,
    token,
    hosts: hostsOf(config.hosts, config.address),
  });
  context.run(async () => {
    const { address, port } = config;
    const listener = await listen(
      platform,
      { address, ports: [port].flat() },
      async (request) => await app.fetch(request),
    );
    const url = `http://${urlHost(address)}:${listener.port}`;
    context.log.info("dashboard on {url}", { url });
    try {
      await hub.run();
    } finally {
      await shutDown(listener);
    }
  });
}

/**
 * Listens on the first of the ports that no other program uses.
 *
 * @throws {CaryatidError} `INIT_FAILED`
 */
async function listen(
  platform: Platform,
  { address, ports }: { address: string; ports: readonly number[] },
  answer: Answer,
): Promise<Listener> {
  const [port, ...others] = ports as [number, ...number[]];
  try {
    return await platform.listen(answer, { address, port, tls: undefined });
  } catch (cause) {
    if (!isTaken(cause) || others.length === 0) {
      throw listenError(`${urlHost(address)}:${port}`, cause);
    }
    return await listen(platform, { address, ports: others }, answer);
  }
}

import type { Log } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { BackOff } from "./back_off.ts";
import { BrokerAddress } from "./broker_address.ts";
import type { LinkOptions } from "./link.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** How the links of a bus reach the broker; reads the files that the settings name. */
export function linkOptions(
  settings: RabbitMqSettings,
  log: Log,
): Omit<LinkOptions, "name"> {
  const file = settings["password-file"];
  const password = file === undefined
    ? undefined
    : Deno.readTextFileSync(file).trim();
  return {
    addresses: [settings.url].flat().map((url) =>
      new BrokerAddress(url, password)
    ),
    backOff: new BackOff(log),
    connectTimeout: settings["connect-timeout"] * 1000,
    heartbeat: settings.heartbeat,
    tls: tlsOptions(settings.tls ?? {}),
    log,
  };
}

function tlsOptions(
  { ca, cert, key }: NonNullable<RabbitMqSettings["tls"]>,
): Record<string, unknown> {
  const read = (file: string) => Buffer.from(Deno.readFileSync(file));
  return {
    ...(ca && { ca: [read(ca)] }),
    ...(cert && { cert: read(cert) }),
    ...(key && { key: read(key) }),
  };
}

import type { Log } from "@caryatid/sdk";
import { BackOff } from "./back_off.ts";
import { BrokerAddress } from "./broker_address.ts";
import type { LinkOptions } from "./link.ts";
import { readSettingFiles } from "./setting_files.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** How the links of a bus reach the broker; reads the files that the settings name, and throws as that does. */
export function linkOptions(
  settings: RabbitMqSettings,
  log: Log,
): Omit<LinkOptions, "name"> {
  const { password, tls } = readSettingFiles(settings);
  return {
    addresses: [settings.url].flat().map((url) =>
      new BrokerAddress(url, password)
    ),
    backOff: new BackOff(log),
    connectTimeout: settings["connect-timeout"] * 1000,
    heartbeat: settings.heartbeat,
    tls,
    log,
  };
}

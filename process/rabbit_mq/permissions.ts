import type { PermissionRequest } from "@caryatid/sdk";
import { BrokerAddress } from "./connection/address.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Returns the permissions for the brokers and files of the settings. */
export function permissionsFor(settings: RabbitMqSettings): PermissionRequest {
  const { ca, cert, key } = settings.tls ?? {};
  const files = [settings["password-file"], ca, cert, key];
  return {
    net: [settings.url].flat().map((url) => new BrokerAddress(url).shown),
    read: files.filter((file) => file !== undefined),
  };
}

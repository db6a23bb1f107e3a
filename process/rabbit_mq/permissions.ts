import type { PermissionRequest } from "@caryatid/sdk";
import { BrokerAddress } from "./broker_address.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** What a bus needs: its brokers, and the files that its settings name. */
export function permissionsFor(settings: RabbitMqSettings): PermissionRequest {
  const { ca, cert, key } = settings.tls ?? {};
  const files = [settings["password-file"], ca, cert, key];
  return {
    net: [settings.url].flat().map((url) => new BrokerAddress(url).shown),
    read: files.filter((file) => file !== undefined),
  };
}

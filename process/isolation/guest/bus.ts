/**
 * Imported by a guest that is a bus, besides what every guest starts with.
 *
 * @module
 */
import { GuestBus } from "./guest_bus.ts";
import { GuestRuntime } from "./guest_runtime.ts";

GuestRuntime.makeBus = (options) => new GuestBus(options);

/** Worker that offers a bus in memory to its parent, as to a guest. */
import { InMemoryBus } from "@caryatid/sdk/bus";
import { type Port, PortLink } from "../wire/port_link.ts";
import { serveBus } from "./serve_bus.ts";

serveBus(new PortLink(globalThis as unknown as Port), new InMemoryBus());

/** A worker with a bus in memory, which whoever started it is offered as a guest would be. */
import { InMemoryBus } from "../../buses/in_memory.ts";
import { type Port, PortLink } from "../port_link.ts";
import { serveBus } from "./serve_bus.ts";

serveBus(new PortLink(globalThis as unknown as Port), new InMemoryBus());

/** A process with a bus in memory, which whoever started it is offered as a guest would be. */
import { InMemoryBus } from "../../buses/in_memory.ts";
import { PipeLink } from "../pipe_link.ts";
import { stdioPipes } from "../guest/stdio_pipes.ts";
import { serveBus } from "./serve_bus.ts";

serveBus(new PipeLink(stdioPipes(), 16 * 1024 * 1024), new InMemoryBus());

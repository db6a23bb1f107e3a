/** Process that offers a bus in memory to its parent, as to a guest. */
import { InMemoryBus } from "@caryatid/sdk/bus";
import { PipeLink } from "../wire/pipe_link.ts";
import { stdioPipes } from "../guest/stdio_pipes.ts";
import { serveBus } from "./serve_bus.ts";

serveBus(new PipeLink(stdioPipes(), 16 * 1024 * 1024), new InMemoryBus());

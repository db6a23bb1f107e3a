import { Process } from "@caryatid/process";
import config from "./request.toml" with { type: "text" };
import requester from "./requester.ts";
import responder from "./responder.ts";

await Process.main({ config, modules: [requester, responder] });

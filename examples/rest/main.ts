import clock from "@caryatid/modules/clock";
import restServer from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import guestbook from "./guestbook.ts";
import hello from "./hello.ts";
import page from "./page.ts";
import config from "./rest.toml" with { type: "text" };

await Process.main({
  config,
  modules: [clock, restServer, hello, guestbook, page],
});

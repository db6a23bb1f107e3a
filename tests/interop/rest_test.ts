import { defineTopic } from "@caryatid/sdk";
import { isVariant } from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import { freePort } from "../broker/free_port.ts";
import { rustTest } from "./rust_case.ts";
import { Message } from "./rust_message.ts";

rustTest(
  "Rust's REST server in front of a handler of ours",
  async (interop) => {
    const { prefix } = interop;
    const port = freePort();
    // `<topic>.<method>.<path>`
    const hello = defineTopic(`${prefix}.post.hello.world`, Message, {
      answer: Message,
    });
    await using ours = await interop.ours();
    await ours.context.handle(hello, ({ message }) => {
      assert(isVariant(message, "RESTRequest"));
      const { method, path, path_elements, body, query_parameters } =
        message.RESTRequest;
      return {
        RESTResponse: {
          code: 201,
          body: JSON.stringify([
            method,
            path,
            path_elements,
            body,
            query_parameters,
          ]),
          content_type: "application/json",
        },
      };
    }).ready;
    await using _rust = await interop.rust(
      `[module.rest-server]\ntopic = "${prefix}"\nport = ${port}\n`,
    );
    await listening(port);
    const response = await fetch(
      `http://127.0.0.1:${port}/hello/world?name=Rust`,
      { method: "POST", body: "hi" },
    );
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.deepEqual(await response.json(), [
      "POST",
      "/hello/world",
      ["hello", "world"],
      "hi",
      { name: "Rust" },
    ]);
  },
);

/** Resolves when somebody listens on `port`; nothing else tells that Rust's server does. */
async function listening(port: number): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (tries === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/**
 * Runs a configuration with code from a file, a web server and an npm registry.
 * Both servers run in this program, which ends by itself.
 *
 *     deno task example:plugins
 *
 * @module
 */
import { answerAsRegistry, publishedPackage } from "./npm_registry.ts";

const SERVED = new URL("./served/", import.meta.url);
const HOSTNAME = "127.0.0.1";
/** Ports in caryatid.toml and .npmrc of this folder. */
const WEB_PORT = 4780;
const REGISTRY_PORT = 4781;

const read = (name: string) => Deno.readTextFile(new URL(name, SERVED));

const shout = await read("shout.js");
const counter = publishedPackage({
  "package.json": await read("counter/package.json"),
  "index.js": await read("counter/index.js"),
});

/** Starts a server. Ends the program if the port is in use. */
function serve(
  port: number,
  answer: (request: Request) => Response,
): Deno.HttpServer {
  try {
    return Deno.serve({ port, hostname: HOSTNAME, onListen() {} }, answer);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    // deno-lint-ignore no-console -- it is the program's output
    console.error(
      `Cannot serve on ${HOSTNAME}:${port}: the port is in use ` +
        "(does this example run twice?)",
    );
    Deno.exit(1);
  }
}

function answerAsWebServer({ url }: Request): Response {
  return new URL(url).pathname === "/shout@1.0.0.js"
    ? new Response(shout, { headers: { "content-type": "text/javascript" } })
    : new Response("none", { status: 404 });
}

/**
 * Runs the command until a line of its output contains `text`. Returns its exit
 * code.
 */
async function runUntil(text: string): Promise<number> {
  const child = new Deno.Command("deno", {
    args: [
      ...["run", "-A", "cli/mod.ts"],
      ...["run", "examples/plugins/caryatid.toml"],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      // deno-lint-ignore no-console -- it is the program's output
      console.log(line);
      if (line.includes(text)) child.kill("SIGTERM");
    }
  }
  return (await child.status).code;
}

await using _web = serve(WEB_PORT, answerAsWebServer);
await using _registry = serve(
  REGISTRY_PORT,
  (request) => answerAsRegistry(request, counter),
);
Deno.exitCode = await runUntil("that is enough");

import { JsrRegistry } from "../registry/jsr_registry.ts";
import { publishWorkspace } from "../registry/publish.ts";
import { dockerUnavailable, PrivateDocker } from "./private_docker.ts";
import { buildStandIns } from "./stand_ins.ts";

/** Set by `deno task test:containers`; without it the tests are ignored. */
const isWanted = Deno.env.get("CARYATID_REQUIRE_CONTAINERS") === "1";

/** Folders that `prepare.sh` fills. */
const DEBIAN = "/var/tmp/caryatid-rabbitmq-4";
const TOOLS = "/var/tmp/caryatid-docker";

/** Docker with stand-ins for the public images, and a JSR with our packages. */
export interface ContainerHost {
  readonly docker: PrivateDocker;
  readonly jsr: JsrRegistry;
  /** Version of Deno whose image can compile. */
  readonly compiler: string;
}

/**
 * Registers a test whose steps use containers. Without `deno task
 * test:containers` it is ignored, and its name contains the reason.
 */
export function containerTest(
  name: string,
  steps: Readonly<Record<string, (host: ContainerHost) => Promise<void>>>,
): void {
  if (!isWanted) {
    const reason = "skipped: deno task test:containers runs it";
    Deno.test.ignore(`${name} (${reason})`, () => {});
    return;
  }
  Deno.test(name, async (t) => {
    await using stack = new AsyncDisposableStack();
    const host = await start(stack);
    for (const [name, fn] of Object.entries(steps)) {
      // The log of the daemon is read before, in and after a step. Leaks of
      // the test as a whole are found.
      await t.step({
        name,
        fn: () => fn(host),
        sanitizeOps: false,
        sanitizeResources: false,
      });
    }
  });
}

async function start(stack: AsyncDisposableStack): Promise<ContainerHost> {
  const missing = dockerUnavailable();
  if (missing !== undefined) {
    throw new Error(`Cannot test containers: ${missing}`);
  }
  const jsr = stack.use(new JsrRegistry());
  const docker = stack.use(await PrivateDocker.start(TOOLS));
  const [{ compiler }, { code, said }] = await Promise.all([
    buildStandIns(docker, DEBIAN, jsr),
    publishWorkspace(jsr),
  ]);
  if (code !== 0) throw new Error(`Cannot publish to the test's JSR: ${said}`);
  return { docker, jsr, compiler };
}

import assert from "node:assert/strict";
import type { PrivateDocker } from "./private_docker.ts";

/** State of a container, as `docker inspect` prints it. */
export interface ContainerState {
  readonly ExitCode: number;
  readonly StartedAt: string;
}

/** Returns the state of a container. */
export async function stateOf(
  docker: PrivateDocker,
  container: string,
): Promise<ContainerState> {
  return JSON.parse(
    await docker.docker([
      ...["inspect", "--format", "{{json .State}}", container],
    ]),
  );
}

/**
 * Prints the size of an image, and the time from the start of its container to
 * the log message of a started process.
 */
export async function reportImage(
  docker: PrivateDocker,
  image: string,
  container: string,
): Promise<void> {
  const size = await docker.docker([
    ...["image", "inspect", "--format", "{{.Size}}", image],
  ]);
  const logs = await docker.docker(["logs", "--timestamps", container]);
  const [ready] = /^\S+(?=.*ready in)/m.exec(logs) ?? [];
  const { StartedAt } = await stateOf(docker, container);
  const took = Date.parse(ready!) - Date.parse(StartedAt);
  // deno-lint-ignore no-console -- the figures of the test
  console.log(
    `${image}: ${(Number(size) / 1e6).toFixed()} MB, ready ${took} ms after ` +
      "the start of the container",
  );
}

/**
 * Asserts that all processes of a container run as this user, without
 * capabilities and privileges to gain, on a root folder that is read-only.
 */
export async function assertConfined(
  docker: PrivateDocker,
  container: string,
  user: string,
): Promise<void> {
  const top = await docker.docker(["top", container, "-o", "uid,pid"]);
  const rows = top.split("\n").slice(1).map((row) => row.trim().split(/\s+/));
  assert(rows.length > 0, top);
  for (const [uid, pid] of rows) {
    assert.equal(uid, user, top);
    const status = await docker.statusOf(pid!);
    // A process in the jail has capabilities in its own user namespace.
    if (!/^NSpid:(\s+\d+){4,}/m.test(status)) {
      assert.match(status, /^CapEff:\s+0+$/m);
    }
    assert.match(status, /^NoNewPrivs:\s+1$/m);
  }
  const isReadOnly = "{{.HostConfig.ReadonlyRootfs}}";
  const inspected = ["inspect", "--format", isReadOnly, container];
  assert.equal(await docker.docker(inspected), "true");
}

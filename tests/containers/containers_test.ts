/** Images and compose files, built and started by a real Docker. */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { caryatid } from "../e2e/cli/caryatid.ts";
import { ServiceFolder } from "../e2e/cli/service_folder.ts";
import { ROOT } from "../support/running_program.ts";
import { assertConfined, reportImage, stateOf } from "./container_state.ts";
import { type ContainerHost, containerTest } from "./container_test_case.ts";
import type { PrivateDocker } from "./private_docker.ts";

containerTest("containers of Docker", {
  "examples/container: both services answer over RabbitMQ, without root, and stop at SIGTERM":
    example,
  "the Dockerfile of caryatid new makes an image that answers HTTP and stops at SIGTERM":
    project,
  "the file of caryatid compose starts each process, with guests in the jail":
    composed,
});

/** Options of curl for a server that may still start, for a minute at most. */
const PATIENT = [
  ...["--fail", "--retry", "60", "--retry-delay", "1", "--retry-all-errors"],
];

async function example({ docker, compiler }: ContainerHost): Promise<void> {
  const compose = composeOf(docker, [
    `${ROOT}examples/container/docker-compose.yml`,
  ]);
  await compose("build", "--build-arg", `DENO_VERSION=${compiler}`);
  await compose("up", "--detach", "--wait", "--wait-timeout", "120");
  const answer = await docker.curl("http://127.0.0.1:8080/hello/Ada");
  assert.equal(answer, '{"hello":"Ada"}');
  for (const name of ["web", "greeter"]) {
    const container = `caryatid-container-${name}-1`;
    await assertConfined(docker, container, "65532");
    await reportImage(docker, `caryatid-container-${name}`, container);
  }
  await assertStops(docker, compose, "caryatid-container");
  await compose("down", "--volumes");
}

async function project(
  { docker, compiler, jsr }: ContainerHost,
): Promise<void> {
  await using folder = await ServiceFolder.make({});
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...["run", "-A", "--no-lock", "jsr:@caryatid/cli", "new", "shop"]],
    cwd: folder.path,
    env: { JSR_URL: jsr.url, DENO_DIR: folder.file(".deno") },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  await docker.docker([
    ...["build", "--build-arg", `DENO_VERSION=${compiler}`],
    ...["--tag", "shop", folder.file("shop")],
  ]);
  await docker.docker([
    ...["run", "--detach", "--name", "shop", "--publish", "4340:4340"],
    ...["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges:true", "shop"],
  ]);
  const task = ["--json", '{"title":"tea"}', "http://127.0.0.1:4340/tasks"];
  assert.match(await docker.curl(...PATIENT, ...task), /"title":"tea"/);
  await assertConfined(docker, "shop", "65532");
  await reportImage(docker, "shop", "shop");
  await docker.docker(["stop", "shop"]);
  assert.equal((await stateOf(docker, "shop")).ExitCode, 0);
  await docker.docker(["rm", "shop"]);
}

/** A REST server, and a module in a guest, with a broker between them. */
function serviceToml(jail: string): string {
  return `
[module.rest-server]
address = "0.0.0.0"
port = 8080
[module.greeter]
import = "./greeter.ts"
isolation = "process"
jail = "${jail}"
[module.greeter.permissions]
handle = ["rest.get.hello.*"]
publish = ["rest._routes"]
subscribe = ["rest._routes.wanted"]
[process.web]
modules = ["rest-server"]
[process.greeter]
modules = ["greeter"]
[message-bus.external]
class = "rabbit-mq"
[lifecycle]
start-deadline = 0
`;
}

async function composed({ docker }: ContainerHost): Promise<void> {
  await using folder = await ServiceFolder.make({
    "greeter.ts": await Deno.readTextFile(
      `${ROOT}examples/container/greeter.ts`,
    ),
    "service.toml": serviceToml("required"),
    "override.yaml": stringify({ services: { web: { ports: ["8080:8080"] } } }),
  });
  await Deno.chmod(folder.path, 0o755); // for the user of the containers
  const toml = folder.file("service.toml");
  const { code, stdout, stderr } = await caryatid(["compose", toml]);
  assert.equal(code, 0, stderr);
  const file = folder.file("compose.yaml");
  await Deno.writeTextFile(file, stdout);
  const compose = composeOf(docker, [file, folder.file("override.yaml")]);
  await compose("up", "--detach", "--wait", "--wait-timeout", "120");
  const hello = [...PATIENT, "http://127.0.0.1:8080/hello/Ada"];
  assert.equal(await docker.curl(...hello), '{"hello":"Ada"}');
  for (const name of ["web", "greeter"]) {
    await assertConfined(docker, `service-${name}-1`, "1993");
  }
  assert.match(await docker.docker(["top", "service-greeter-1"]), /bwrap/);
  await assertStops(docker, compose, "service");

  // Without the options of docs/guide/isolation.md.
  const closed = parse(stdout);
  closed.services.greeter.security_opt = ["no-new-privileges:true"];
  closed.services.greeter.restart = "no";
  await Deno.writeTextFile(file, stringify(closed));
  await compose("up", "--detach", "greeter");
  await docker.docker(["wait", "service-greeter-1"]);
  assert.match(await compose("logs", "greeter"), /GUEST_REFUSED.*bwrap/);
  await Deno.writeTextFile(toml, serviceToml("auto"));
  await compose("up", "--detach", "--force-recreate", "web", "greeter");
  assert.equal(await docker.curl(...hello), '{"hello":"Ada"}');
  assert.match(await compose("logs", "greeter"), /WARN.*bwrap/);
  await compose("down", "--volumes");
}

/** Runs `docker compose`, and returns its output. */
type Compose = (...args: readonly string[]) => Promise<string>;

function composeOf(docker: PrivateDocker, files: readonly string[]): Compose {
  const chosen = files.flatMap((file) => ["--file", file]);
  return (...args) =>
    docker.docker(["compose", ...chosen, ...args], {
      RABBITMQ_PASSWORD: "letters123",
    });
}

/** Stops both processes with SIGTERM, and asserts that they end with 0. */
async function assertStops(
  docker: PrivateDocker,
  compose: Compose,
  project: string,
): Promise<void> {
  await compose("stop");
  for (const name of ["web", "greeter"]) {
    const { ExitCode } = await stateOf(docker, `${project}-${name}-1`);
    assert.equal(ExitCode, 0, name);
  }
}

import assert from "node:assert/strict";
import { Watchdog } from "../broker/watchdog.ts";
import { RunningProgram } from "../support/running_program.ts";

/** Programs that the daemon needs, in the PATH. */
const PROGRAMS = [
  "curl",
  "docker-init",
  "dockerd",
  "ip",
  "iptables",
  "nsenter",
  "slirp4netns",
  "unshare",
];

/** Address of this machine's 127.0.0.1 in the network of the daemon. */
export const MACHINE = "10.0.2.2";
/** Address of the resolver in the network of the daemon. */
const RESOLVER = "10.0.2.3";

/**
 * A daemon of Docker for the tests, with its own network, mounts, process ids,
 * images and socket. Nothing of it survives the test process.
 *
 * Its network reaches this machine and the internet through `slirp4netns`, and
 * cannot be reached from this machine but by {@linkcode PrivateDocker.curl}. So
 * ports of containers never conflict with ports of this machine.
 */
export class PrivateDocker implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #watchdog: Watchdog;
  readonly #daemon: RunningProgram;
  readonly #network: RunningProgram;

  private constructor(
    folder: string,
    tools: string,
    watchdog: Watchdog,
    [daemon, network]: readonly [RunningProgram, RunningProgram],
  ) {
    this.#folder = folder;
    this.#watchdog = watchdog;
    this.#daemon = daemon;
    this.#network = network;
    this.#env = {
      PATH: `${tools}/usr/bin:${Deno.env.get("PATH")}`,
      DOCKER_CONFIG: `${folder}/config`,
      DOCKER_HOST: `unix://${folder}/docker.sock`,
      BUILDKIT_PROGRESS: "plain",
      NO_COLOR: "1",
    };
  }

  /** Starts a daemon. Resolves when it answers. */
  static async start(tools: string): Promise<PrivateDocker> {
    const folder = await Deno.makeTempDir({ prefix: "caryatid_docker_" });
    const watchdog = new Watchdog(folder);
    try {
      await Deno.mkdir(`${folder}/config`);
      await Deno.symlink(
        `${tools}/usr/libexec/docker/cli-plugins`,
        `${folder}/config/cli-plugins`,
      );
      const daemon = startDaemon(folder);
      await watchdog.guard(daemon.pid);
      await daemon.line(/network/);
      const network = startNetwork(daemon.pid);
      await watchdog.guard(network.pid);
      await network.line(/received tapfd/);
      await daemon.line(/API listen on/);
      return new PrivateDocker(folder, tools, watchdog, [daemon, network]);
    } catch (error) {
      await watchdog[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs `docker` and returns its output. Rejects with it if it fails. */
  docker(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return output("docker", args, { ...this.#env, ...env });
  }

  /** Imports a folder as the root folder of an image. */
  async importFolder(
    folder: string,
    excluded: readonly string[],
    image: string,
  ): Promise<void> {
    const args = excluded.map((path) => `--exclude=./${path}`);
    const tar = new Deno.Command("tar", {
      args: ["--create", "--directory", folder, ...args, "."],
      stdout: "piped",
    }).spawn();
    const docker = new Deno.Command("docker", {
      args: ["import", "-", image],
      env: this.#env,
      stdin: "piped",
      stdout: "null",
    }).spawn();
    await tar.stdout.pipeTo(docker.stdin);
    assert((await docker.status).success, `docker import ${image}`);
    assert((await tar.status).success, `tar of ${folder}`);
  }

  /** Runs `curl` on the machine of the daemon, and returns the body. */
  curl(...args: readonly string[]): Promise<string> {
    return output("nsenter", [
      ...[`--net=/proc/${this.#daemon.pid}/ns/net`, "curl", "--silent"],
      ...["--show-error", "--max-time", "60", ...args],
    ]);
  }

  /** Returns `/proc/<pid>/status` of a process, as `docker top` numbers it. */
  statusOf(pid: string): Promise<string> {
    const namespaces = `/proc/${this.#daemon.pid}/ns`;
    return output("nsenter", [
      `--pid=${namespaces}/pid_for_children`,
      ...[`--mount=${namespaces}/mnt`, "cat", `/proc/${pid}/status`],
    ]);
  }

  /** Stops the daemon and its containers, and removes all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#daemon;
    // The first process of the namespace; all others end with it.
    const stop = 'kill -s TERM $(cat "/proc/$0/task/$0/children")';
    await output("sh", ["-c", stop, String(pid)]);
    await this.#daemon.exitCode();
    await this.#watchdog.release(pid);
    this.#network.kill("SIGTERM");
    await this.#network.exitCode();
    await this.#watchdog.release(this.#network.pid);
    await this.#watchdog[Symbol.asyncDispose]();
    await Deno.lstat(this.#folder).then(
      () => assert.fail(`${this.#folder} is left behind`),
      () => {},
    );
  }
}

/** Returns what is missing on this machine for a daemon, or undefined. */
export function dockerUnavailable(): string | undefined {
  if (Deno.build.os !== "linux") return "containers need Linux";
  if (Deno.uid() !== 0) return "dockerd needs root";
  const folders = Deno.env.get("PATH")?.split(":") ?? [];
  const missing = PROGRAMS.filter((name) =>
    !folders.some((folder) => exists(`${folder}/${name}`))
  );
  return missing.length === 0 ? undefined : `no ${missing.join(", ")}`;
}

function startDaemon(folder: string): RunningProgram {
  const args = [
    ...["--net", "--mount", "--pid", "--fork", "--kill-child"],
    ...["--mount-proc", "sh", "-c", DAEMON, folder, RESOLVER],
  ];
  return new RunningProgram(args, {}, { command: "unshare" });
}

// `docker-init` takes in the processes that the daemon leaves behind.
const DAEMON = `
  ip link set lo up
  echo network
  exec docker-init -- dockerd --data-root "$0/data" --exec-root "$0/run" \
    --pidfile "$0/pid" --host "unix://$0/docker.sock" --dns "$1" 2>&1
`;

function startNetwork(pid: number): RunningProgram {
  const script = 'exec slirp4netns --configure --mtu=65520 "$0" tap0 2>&1';
  return new RunningProgram(["-c", script, String(pid)], {}, {
    command: "sh",
  });
}

/**
 * Runs a program and returns its output. Rejects with all that it printed if it
 * fails.
 */
async function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const printed = text.decode(stdout);
  const said = `${printed}${text.decode(stderr)}`;
  assert(success, `${command} ${args.join(" ")}: ${said}`);
  return printed.trim();
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // absent
  }
}

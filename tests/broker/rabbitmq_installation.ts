/** The programs of an installed RabbitMQ, by path. */
export interface RabbitMQInstallation {
  readonly server: string;
  readonly ctl: string;
  /** Port mapper of Erlang. */
  readonly epmd: string;
}

/**
 * Finds RabbitMQ: the folder in `CARYATID_TEST_RABBITMQ`, else that of Debian,
 * else the PATH. Returns a text with the missing part if no RabbitMQ is
 * complete.
 */
export function findRabbitMQ(): RabbitMQInstallation | string {
  const chosen = Deno.env.get("CARYATID_TEST_RABBITMQ");
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  const folders = chosen ? [chosen] : [
    // before the PATH: the scripts of Debian there change to the user rabbitmq,
    // or refuse all users but root
    "/usr/lib/rabbitmq/bin",
    ...path,
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
  ];
  const folder = folders.find((it) => isFile(`${it}/rabbitmq-server`));
  if (folder === undefined) {
    return chosen
      ? `no rabbitmq-server in ${chosen}`
      : "rabbitmq-server is not installed";
  }
  const erlang = [...path, "/usr/lib/erlang/bin"];
  const epmd = erlang.map((it) => `${it}/epmd`).find(isFile);
  if (epmd === undefined) return "Erlang's epmd is not in the PATH";
  return {
    server: `${folder}/rabbitmq-server`,
    ctl: `${folder}/rabbitmqctl`,
    epmd,
  };
}

/**
 * Returns the installed version as `[major, minor]` from rabbitmqctl, which
 * takes about a second.
 */
export function rabbitMQVersion(
  installation: RabbitMQInstallation,
): [number, number] {
  const command = new Deno.Command(installation.ctl, { args: ["version"] });
  const text = new TextDecoder().decode(command.outputSync().stdout);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (minor !== undefined) return [Number(major), Number(minor)];
  throw new Error(
    `Cannot read the version of ${installation.ctl}: it says "${text}"`,
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // missing, or in a folder that this user may not read
  }
}

/** The programs of an installed RabbitMQ, by path. */
export interface RabbitMQInstallation {
  readonly server: string;
  readonly ctl: string;
  /** Erlang's port mapper. */
  readonly epmd: string;
}

/**
 * Finds RabbitMQ: the folder in `CARYATID_TEST_RABBITMQ`, else Debian's, else
 * the PATH; a string says what is missing.
 */
export function findRabbitMQ(): RabbitMQInstallation | string {
  const chosen = Deno.env.get("CARYATID_TEST_RABBITMQ");
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  const folders = chosen ? [chosen] : [
    // before the PATH: what Debian puts there changes to the user rabbitmq, or
    // refuses anybody but root
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
 * The installed version as `[major, minor]`; asks rabbitmqctl, which takes
 * about a second.
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
    return false; // absent, or in a folder that this user may not read
  }
}

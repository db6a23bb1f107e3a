/** Processor time of a message, in microseconds, as measured. */
export interface Costs {
  /** Time in the process that publishes it. */
  readonly publish: number;
  /** Time in a process that receives it. */
  readonly receive: number;
  /** Time in the broker for the message. */
  readonly accept: number;
  /** Time in the broker for each delivery. */
  readonly deliver: number;
}

/** Machines and brokers of a cluster, and the path of a message. */
export interface Cluster {
  readonly machines: number;
  /** Processes of a machine, each on its own core. */
  readonly processes: number;
  readonly brokers: number;
  /** Cores of a broker. */
  readonly brokerCores: number;
  /** Subscriptions or groups that receive each message. */
  readonly fanOut: number;
  /** Time of a handler for a delivery, in microseconds. */
  readonly work: number;
  /** Size of a message, in bytes. */
  readonly size: number;
  /** Network of a broker, in bytes per second and direction. */
  readonly network: number;
}

/** Part of a cluster that can be the limit. */
export type Part = "processes" | "brokers" | "network";

const SECOND = 1e6;

/** Messages per second that each part carries at most. */
export function limits(
  costs: Costs,
  cluster: Cluster,
): Readonly<Record<Part, number>> {
  const { machines, processes, brokers, brokerCores, fanOut } = cluster;
  const inProcesses = costs.publish + fanOut * receiveTime(costs, cluster);
  return {
    processes: machines * processes * SECOND / inProcesses,
    brokers: brokers * brokerCores * SECOND / brokerTime(costs, cluster),
    // A broker sends each message `fanOut` times and receives it once.
    network: brokers * cluster.network /
      (cluster.size * Math.max(1, fanOut)),
  };
}

/** The part that limits a cluster, and the messages per second it carries. */
export function limitOf(
  costs: Costs,
  cluster: Cluster,
): { readonly part: Part; readonly rate: number } {
  const [part, rate] = Object.entries(limits(costs, cluster))
    .reduce((least, each) => each[1] < least[1] ? each : least);
  return { part: part as Part, rate };
}

/**
 * Mean time from a publish until its delivery is handled, in microseconds, if
 * `rate` messages per second arrive at random (Poisson). Infinity at or above
 * the limit. Without the time on the wire.
 *
 * A process is a queue with one server and two kinds of work (Pollaczek and
 * Khinchine). A broker is a queue with a server for each core; its waiting time
 * is Sakasegawa's approximation.
 */
export function deliveryTime(
  costs: Costs,
  cluster: Cluster,
  rate: number,
): number {
  const { machines, processes, brokers, brokerCores, fanOut } = cluster;
  const perMicrosecond = rate / SECOND;
  const share = perMicrosecond / (machines * processes);
  const receive = receiveTime(costs, cluster);
  const busy = share * (costs.publish + fanOut * receive);
  const squares = share * (costs.publish ** 2 + fanOut * receive ** 2);
  const service = brokerTime(costs, cluster);
  const brokerBusy = perMicrosecond * service / (brokers * brokerCores);
  if (busy >= 1 || brokerBusy >= 1) return Infinity;
  const wait = squares / (2 * (1 - busy));
  const brokerWait = service / 2 *
    brokerBusy ** (Math.sqrt(2 * (brokerCores + 1)) - 1) /
    (brokerCores * (1 - brokerBusy));
  return costs.publish + wait + service + brokerWait + receive + wait;
}

/** Time of a delivery in the process that receives it. */
export function receiveTime(costs: Costs, { work }: Cluster): number {
  return costs.receive + work;
}

/** Time of a message with all its deliveries in the broker. */
export function brokerTime(costs: Costs, { fanOut }: Cluster): number {
  return costs.accept + fanOut * costs.deliver;
}

import process from "node:process";

/**
 * Returns the processor time of this process for `work`, in microseconds. Other
 * programs on the machine change it little.
 */
export async function processorTime(
  work: () => Promise<void>,
): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

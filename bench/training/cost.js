/** What work costs for each of `count` examples: microseconds by the clock, and of all processors together. */
export async function costOf(count, work) {
  const [start, used] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(used)
  return {
    microseconds: (1000 * (performance.now() - start)) / count,
    processorMicroseconds: (user + system) / count,
  }
}

// What all that is measured have in common.

/** Requests or tasks that are under way at a time, where not one. */
export const IN_FLIGHT = 64;
/** An item of a queue. */
export const TEXT = 'x'.repeat(50);
/** Items of a map. */
export const ITEMS = 1_000_000;
export const PROCESSES = 2;
/** Tasks of a pool that go one at a time: enough for the clock in which the system counts. */
export const SINGLE_TASKS = 10_000;

export async function repeat(times: number, step: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < times; done++) await step();
}

/** `times` in all, `IN_FLIGHT` at a time. */
export async function inFlight(times: number, step: (flow: number) => Promise<unknown>) {
  const flow = (_: unknown, index: number) => repeat(times / IN_FLIGHT, () => step(index));
  await Promise.all(Array.from({ length: IN_FLIGHT }, flow));
}

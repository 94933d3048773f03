// The door of shared/: locks, queues and their friends, shared by the processes of a group.
export { Barrier } from './barrier.ts';
export { Condition } from './condition.ts';
export { SharedEvent } from './event.ts';
export { Group, type GroupOptions } from './group.ts';
export { type AcquireOptions, Held, Lock, RLock } from './lock.ts';
export { JoinableQueue, Queue, type QueueOptions, Taken } from './queue.ts';
export { Permit, Semaphore } from './semaphore.ts';
export type { WaitOptions } from './shared-object.ts';
export { runTask } from './task.ts';
export { Value } from './value.ts';

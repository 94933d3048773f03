// Makes the objects: which class each kind is, and who may open what.
import { BarrierState } from './barrier.ts';
import { ConditionState } from './condition.ts';
import type { Context } from './context.ts';
import type { SyncErrorCode } from './errors.ts';
import { EventState } from './event.ts';
import type { SyncLimits } from './limits.ts';
import { LockState } from './lock.ts';
import type { ObjectSpec, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { equal } from './plain.ts';
import { QueueState } from './queue.ts';
import { SemaphoreState } from './semaphore.ts';
import type { SyncObject } from './sync-object.ts';
import { ValueState } from './value.ts';

/** @param others holds the lock of a condition. */
export function makeObject(
  context: Context,
  name: string,
  spec: ObjectSpec,
  order: number,
  others: ReadonlyMap<string, SyncObject>,
): SyncObject {
  switch (spec.kind) {
    case 'lock':
    case 'rlock':
      return new LockState(context, name, spec, order);
    case 'semaphore':
    case 'boundedSemaphore':
      return new SemaphoreState(context, name, spec, order);
    case 'event':
      return new EventState(context, name, spec, order);
    case 'condition':
      return new ConditionState(context, name, spec, order, others.get(spec.lock) as LockState);
    case 'barrier':
      return new BarrierState(context, name, spec, order);
    case 'value':
      return new ValueState(context, name, spec, order);
    case 'queue':
    case 'joinableQueue':
      return new QueueState(context, name, spec, order);
    default:
      return spec satisfies never;
  }
}

/** Why the owner cannot have this object; undefined where it can. */
export function refusalToOpen(
  owner: Owner,
  { name, spec }: RequestOf<'open'>,
  objects: ReadonlyMap<string, SyncObject>,
  limits: SyncLimits,
): [code: SyncErrorCode, detail: string] | undefined {
  const object = objects.get(name);
  if (object && object.spec.kind !== spec.kind) {
    return ['WRONG_KIND', `${name} is a ${object.spec.kind}`];
  }
  if (object && !mayBeEqual(object.spec, spec)) return ['DIFFERENT', name];
  if (!object && objects.size >= limits.objectsMax) return ['TOO_MANY_OBJECTS', ''];
  if (spec.kind !== 'condition') return undefined;
  const lock = objects.get(spec.lock);
  if (!lock || !owner.opens.has(lock)) return ['NOT_OPEN', spec.lock];
  return lock instanceof LockState
    ? undefined
    : ['WRONG_KIND', `${lock.name} is a ${lock.spec.kind}`];
}

/** First values that are bytes are compared by the owner, who can unpack them. */
function mayBeEqual(one: ObjectSpec, other: ObjectSpec): boolean {
  const areBytes = [one, other].every(
    (spec) => spec.kind === 'value' && spec.initial instanceof Uint8Array,
  );
  return areBytes || equal(one, other);
}

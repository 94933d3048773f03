// Which class an object of each kind is, and which arguments are in range.
import { BarrierState } from './barrier.ts';
import { ConditionState } from './condition.ts';
import type { Context } from './context.ts';
import { EventState } from './event.ts';
import type { SyncLimits } from './limits.ts';
import { LockState } from './lock.ts';
import type { ObjectSpec, Request } from './messages.ts';
import { fits } from './plain.ts';
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

/** What is wrong with the arguments of a request; undefined where nothing is. */
export function refusalOf(input: Request, limits: SyncLimits): string | undefined {
  switch (input.kind) {
    case 'open':
      return refusalOfName(input.name, limits) ?? refusalOfSpec(input.spec, limits);
    case 'acquire':
      return refusalOfTimeout(input.timeoutMs) ?? refusalOfLease(input.leaseMs, limits);
    case 'wait':
    case 'put':
    case 'get':
    case 'join':
      return refusalOfTimeout(input.timeoutMs);
    case 'release':
      return whole('count', input.count, 1, Number.MAX_SAFE_INTEGER);
    case 'notify':
      return whole('count', input.count, 0, Number.MAX_SAFE_INTEGER);
    case 'reclaim':
      return (
        whole('fence', input.fence, 1, Number.MAX_SAFE_INTEGER) ??
        whole('levels', input.levels, 1, Number.MAX_SAFE_INTEGER) ??
        refusalOfLease(input.leaseMs, limits)
      );
    default:
      return undefined;
  }
}

function refusalOfSpec(spec: ObjectSpec, limits: SyncLimits): string | undefined {
  switch (spec.kind) {
    case 'semaphore':
    case 'boundedSemaphore':
      return whole('permits', spec.permits, 0, Number.MAX_SAFE_INTEGER);
    case 'barrier':
      return whole('parties', spec.parties, 1, limits.waitersMax);
    case 'queue':
    case 'joinableQueue':
      return whole('maxSize', spec.maxSize, 0, limits.itemsMax);
    case 'value':
      return fits(spec.initial, limits.valueBytesMax) ? undefined : 'initial is too large';
    case 'lock':
    case 'rlock':
    case 'event':
    case 'condition':
      return undefined;
    default:
      return `there is no kind ${(spec satisfies never as ObjectSpec).kind}`;
  }
}

function refusalOfName(name: string, limits: SyncLimits): string | undefined {
  const max = limits.nameCharactersMax;
  return name.length >= 1 && name.length <= max ? undefined : `a name has 1 to ${max} characters`;
}

function refusalOfTimeout(timeoutMs: number | null): string | undefined {
  return timeoutMs === null || timeoutMs >= 0 ? undefined : `timeoutMs is null or from 0`;
}

function refusalOfLease(leaseMs: number, limits: SyncLimits): string | undefined {
  return whole('leaseMs', leaseMs, 0, limits.leaseMsMax);
}

function whole(name: string, value: number, min: number, max: number): string | undefined {
  if (Number.isInteger(value) && value >= min && value <= max) return undefined;
  return `${name} is a whole number from ${min} to ${max}`;
}

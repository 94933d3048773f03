// Which arguments of requests are in range.
import type { SyncLimits } from './limits.ts';
import type { ObjectSpec, Request } from './messages.ts';
import { fits } from './plain.ts';

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

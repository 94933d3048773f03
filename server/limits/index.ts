export { AddressGroups, addressGroup, networkProblem } from './address-group.ts';
export { LimitLog } from './limit-log.ts';
export { TokenBucket } from './token-bucket.ts';
export { TokenBuckets } from './token-buckets.ts';

// `npm run bench:sync`: what is shared and what is pooled, beside others that do the same.
import { nodePools } from './node-pools.ts';
import { ours } from './ours.ts';
import { python } from './python.ts';
import { redis } from './redis.ts';
import { Report } from './report.ts';

const report = new Report();
await ours(report);
await python(report);
await nodePools(report);
await redis(report);
process.stdout.write(`\n${report.text()}\n`);

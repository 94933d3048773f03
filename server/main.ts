// The server's entry: becomes the role that it was forked as. Each loads what it runs and no more: where
// a process is missing, everybody waits for the next.
import { childOrigin } from './multiprocessing/child-origin.ts';

const origin = childOrigin();

if (origin) {
  const { beChild } = await import('./child-main.ts');
  await beChild(origin);
} else {
  const { runPrimary } = await import('./primary-main.ts');
  await runPrimary(import.meta.filename);
}

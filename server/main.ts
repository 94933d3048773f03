// The server's entry: becomes the role that it was forked as. Each loads what it runs and no more: where
// a process is missing, everybody waits for the next.
import { childOrigin } from './multiprocessing/child-origin.ts';

// Node opens a debugger's port on this signal, which asks for no password. A handler in its place keeps the
// port closed; children are started with --disable-sigusr1.
process.on('SIGUSR1', () => {});

const origin = childOrigin();

if (origin) {
  const { beChild } = await import('./child-main.ts');
  await beChild(origin);
} else {
  const { nodeProblem } = await import('./node-version.ts');
  const problem = nodeProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
  const { runPrimary } = await import('./primary-main.ts');
  await runPrimary(import.meta.filename);
}

#!/usr/bin/env node
// The command `holdfast`: runs the part of the package that its first word names.
import { nodeProblem } from './node-version.ts';

const parts: Readonly<Record<string, { module: string; text: string }>> = {
  serve: { module: './main', text: 'run the game server' },
  play: { module: '../client/terminal/main', text: 'play in this terminal' },
  replay: { module: './replay/main', text: 'repeat a room from its files, and compare' },
  'load-test': { module: '../load-test/main', text: 'measure a server with bots' },
  chaos: { module: '../load-test/chaos/main', text: 'do harm to a server, and see what is lost' },
};

const usage = [
  'Usage: holdfast <command> [options]',
  '',
  ...Object.entries(parts).map(([name, { text }]) => `  ${name.padEnd(10)} ${text}`),
  '',
  'holdfast <command> --help lists its options.',
  '',
].join('\n');

const [name = '', ...rest] = process.argv.slice(2);
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
const problem = nodeProblem();
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else if (part) {
  // The part reads its own options, where it would find them if it were run by itself.
  process.argv = [process.argv[0]!, process.argv[1]!, ...rest];
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  await import(new URL(`${part.module}${extension}`, import.meta.url).href);
} else {
  const asked = ['', '--help', '-h', 'help'].includes(name);
  process[asked ? 'stdout' : 'stderr'].write(asked ? usage : `no command ${name}\n\n${usage}`);
  process.exitCode = asked ? 0 : 1;
}

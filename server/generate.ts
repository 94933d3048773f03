// Writes every file that derives from a table, or with --check says which are out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { protocolFiles } from '../protocol/files.ts';
import { lobbyFiles } from './coordinator/document-lobby.ts';
import { configurationFiles } from './document-config.ts';
import { readme as goldrushReadme } from './games/goldrush/readme.ts';
import { metricsFiles } from './observe/document-metrics.ts';

interface GeneratedFile {
  /** Below the root of the repository. */
  readonly path: string;
  readonly content: string | Buffer;
}

const root = new URL('../', import.meta.url);
const files: GeneratedFile[] = [
  ...protocolFiles(),
  ...configurationFiles(),
  ...metricsFiles(),
  ...lobbyFiles(),
  { path: 'server/games/goldrush/README.md', content: goldrushReadme() },
];
const stale = files.filter(
  ({ path, content }) => !readIfAny(new URL(path, root))?.equals(Buffer.from(content)),
);

if (process.argv.includes('--check')) {
  for (const { path } of stale) {
    process.stderr.write(`${path} is out of date: run \`npm run generate\`\n`);
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { path, content } of stale) {
    const url = new URL(path, root);
    mkdirSync(new URL('.', url), { recursive: true });
    writeFileSync(url, content);
    process.stdout.write(`wrote ${path}\n`);
  }
}

function readIfAny(path: URL): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

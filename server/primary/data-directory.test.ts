import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { DataDirectoryError, takeDataDirectory } from './data-directory.ts';

it.each(['dist', 'dist/data'])(
  'A data directory in %s, which a build replaces, is refused',
  (name) => {
    const path = join(resolve(import.meta.dirname, '../..'), name);
    const take = () => takeDataDirectory(path, () => {});
    expect(take).toThrow(DataDirectoryError);
    expect(take).toThrow(/the next build would remove it .*: choose another with --data$/);
    expect(existsSync(join(path, 'server.lock'))).toBe(false);
  },
);

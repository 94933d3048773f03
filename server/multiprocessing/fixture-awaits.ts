// A module that is loaded when a timer has fired, or never; its URL says which, and a file to write before.
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const { searchParams } = new URL(import.meta.url);
const file = searchParams.get('file');
if (file !== null) {
  writeFileSync(file, '');
  await new Promise(() => {});
}
await setTimeout(1);

export const one = (): number => 1;

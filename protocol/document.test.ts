// PROTOCOL.md: that nothing of the tables is missing from it.
import { describe, expect, it } from 'vitest';
import { protocolDocument } from './document.ts';
import { fieldTypes } from './entities.ts';
import { errorTable } from './errors.ts';
import { allExamples } from './golden/examples.ts';
import { type MessageRow, messages } from './messages.ts';

const document = protocolDocument();

describe('PROTOCOL.md', () => {
  it('is the same whenever it is made', () => {
    expect(protocolDocument()).toBe(document);
  });

  it('has a section for every message, with each of its fields', () => {
    for (const [name, row] of Object.entries(messages) as [string, MessageRow][]) {
      const [, section] = document.split(`\n### \`${name}\`\n`);
      expect(section).toContain(`Tag ${row.tag}, `);
      for (const field of Object.keys(row.fields)) expect(section).toContain(`| \`${field}\` | `);
    }
  });

  it('has every error code, every type of field and every example', () => {
    for (const code of Object.keys(errorTable)) expect(document).toContain(`| \`${code}\` | `);
    for (const type of Object.keys(fieldTypes)) expect(document).toContain(`| \`${type}\` | `);
    for (const [file, { type }] of allExamples()) {
      if (file !== type) expect(document).toContain(`\`${file}\``);
    }
  });

  it('has tables whose rows have as many cells as their heads', () => {
    for (const table of document.match(/(^\|.*\n)+/gm)!) {
      const cells = table
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' | ').length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it('has nothing that JavaScript makes of a missing value', () => {
    expect(document).not.toMatch(/undefined|\[object/);
  });
});

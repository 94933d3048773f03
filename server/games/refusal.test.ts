// Which codes a game may refuse with.
import { describe, expect, it } from 'vitest';
import { Refusal } from './refusal.ts';

describe('The code of a refusal', () => {
  it.each(['NOT_YOUR_TURN', 'ROOM_FULL', 'A1'])('may be %s', (code) => {
    expect(new Refusal(code, 'No.')).toMatchObject({ code, message: 'No.' });
  });

  it.each(['', 'no', '1A', 'NO WAY', 'A'.repeat(41)])('may not be "%s"', (code) => {
    expect(() => new Refusal(code, 'No.')).toThrow('capitals, digits and _');
  });
});

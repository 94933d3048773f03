import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.ts';
import { backgroundOf, style } from './style.ts';
import { shorten, tail, widthOf, wrap } from './text.ts';

const LOOK = style(7, 1);

describe('Text', () => {
  it('takes two columns for a wide character and none for what cannot be shown', () => {
    expect(widthOf('ab')).toBe(2);
    expect(widthOf('漢字')).toBe(4);
    expect(widthOf('a\u0301\u001b\u200b')).toBe(1);
  });

  it('is shortened with an ellipsis to the columns that there are', () => {
    expect(shorten('gold', 4)).toBe('gold');
    expect(shorten('golden', 4)).toBe('gol…');
    expect(shorten('漢字漢', 4)).toBe('漢…');
    expect(shorten('gold', 0)).toBe('');
  });

  it('shows its end where it is being typed', () => {
    expect(tail('golden', 3)).toBe('den');
    expect(tail('a漢', 2)).toBe('漢');
  });

  it('is broken at spaces, and within a word that is too long', () => {
    expect(wrap('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrap('enormously so', 5)).toEqual(['enorm', 'ously', 'so']);
    expect(wrap('', 5)).toEqual([]);
  });
});

describe('A canvas', () => {
  it('cuts off what lies outside, and whole wide characters', () => {
    const canvas = new Canvas(5, 2, LOOK);
    canvas.write(-1, 0, 'abc', LOOK);
    canvas.write(3, 1, 'x漢', LOOK);
    canvas.write(0, 7, 'far', LOOK);
    expect([canvas.row(0), canvas.row(1)]).toEqual(['bc   ', '   x ']);
  });

  it('leaves no half of a wide character where the other half is covered', () => {
    const canvas = new Canvas(6, 1, LOOK);
    const widths = () => widthOf(canvas.row(0));
    canvas.write(0, 0, '漢漢漢', LOOK);
    canvas.set(1, 0, 'x', LOOK);
    expect([canvas.row(0), widths()]).toEqual([' x漢漢', 6]);
    canvas.overlay(2, 0, 'y', 99, canvas);
    expect([canvas.row(0), widths()]).toEqual([' xy 漢', 6]);
    canvas.write(3, 0, '漢', LOOK);
    expect([canvas.row(0), widths()]).toEqual([' xy漢 ', 6]);
    canvas.fill({ x: 0, y: 0, width: 4, height: 1 }, LOOK);
    expect([canvas.row(0), widths()]).toEqual(['      ', 6]);
  });

  it('lets text over a picture keep the ground that is there', () => {
    const canvas = new Canvas(4, 1, LOOK);
    canvas.set(1, 0, '.', style(7, 42));
    canvas.overlay(0, 0, 'ab', 99, canvas);
    expect(canvas.row(0)).toBe('ab  ');
    expect(backgroundOf(canvas.styles[1]!)).toBe(42);
    expect(canvas.styles[1]! & 0xff).toBe(99);
  });
});

// Code is at fault when it has computed for as long as it may, and a full machine is no proof of that.
import { describe, expect, it, vi } from 'vitest';
import { ABOUT_ALONE, GameHangError } from './guard.ts';
import { HangProof, untilProven } from './hang-proof.ts';

const LIMIT_MS = 500;
const hang = (cpuMs: number, index = 3, tick = 20): GameHangError =>
  new GameHangError({ room: 7, tick, index }, LIMIT_MS, cpuMs);

describe('A hang', () => {
  it('is proven at once where the code has computed for most of its time', () => {
    expect(new HangProof().isProven(hang(450))).toBe(true);
  });

  it('is proven on a full machine by what the tries at one place have computed together', () => {
    const proof = new HangProof();
    expect([250, 250].map((cpuMs) => proof.isProven(hang(cpuMs)))).toEqual([false, true]);
  });

  it('is proven by the fourth try where the code does not compute', () => {
    const proof = new HangProof();
    expect([0, 1, 0, 1].map((cpuMs) => proof.isProven(hang(cpuMs)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('that was proven says nothing of what runs at its place from then on', () => {
    const proof = new HangProof();
    expect(proof.isProven(hang(450))).toBe(true);
    proof.settled();
    expect(proof.isProven(hang(0))).toBe(false);
  });

  it('stays proven until what follows from it was done', () => {
    const proof = new HangProof();
    for (const cpuMs of [0, 1, 0, 1]) proof.isProven(hang(cpuMs));
    expect(proof.isProven(hang(0))).toBe(true);
  });

  it('at another place, or after a step that has come to its end, is another hang', () => {
    const proof = new HangProof();
    expect(proof.isProven(hang(300))).toBe(false);
    expect(proof.isProven(hang(300, 4))).toBe(false);
    proof.passed();
    expect(proof.isProven(hang(300, 4))).toBe(false);
  });

  it('between two batches stays the same place, whatever number of batches passes', () => {
    const proof = new HangProof();
    expect(proof.isProven(hang(300, ABOUT_ALONE, 20))).toBe(false);
    proof.passed();
    expect(proof.isProven(hang(300, ABOUT_ALONE, 25))).toBe(true);
  });
});

describe('Work that may be tried again', () => {
  it('is, until it is done or is at fault', () => {
    const run = vi.fn<() => number>();
    run.mockImplementationOnce(() => {
      throw hang(10);
    });
    run.mockReturnValueOnce(5);
    expect(untilProven(run)).toBe(5);
    run.mockImplementation(() => {
      throw hang(450);
    });
    expect(() => untilProven(run)).toThrow(GameHangError);
    expect(run).toHaveBeenCalledTimes(3);
  });

  it('is not tried again when it throws', () => {
    const run = vi.fn(() => {
      throw new Error('no');
    });
    expect(() => untilProven(run)).toThrow('no');
    expect(run).toHaveBeenCalledOnce();
  });
});

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchStops } from './stops.ts';

/** A program that is not really stopped: it keeps what would have been done. */
function program() {
  const done: string[] = [];
  const kill = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    const target = pid === 0 ? 'job' : pid === process.pid ? 'self' : 'other';
    done.push(`${signal} ${target}, ${process.listenerCount('SIGTSTP')} listening`);
    return true;
  });
  vi.useFakeTimers();
  const stopJob = watchStops(
    () => done.push('release'),
    () => done.push('retake'),
  );
  onTestFinished(() => {
    for (const signal of ['SIGTSTP', 'SIGCONT']) process.removeAllListeners(signal);
    vi.useRealTimers();
    kill.mockRestore();
  });
  return { done, stopJob, listening: () => process.listenerCount('SIGTSTP') };
}

describe('Ctrl-Z', () => {
  it('gives the terminal back before the whole job stops, and takes it again with fg', () => {
    const { done, stopJob, listening } = program();
    stopJob();
    process.emit('SIGCONT');
    expect(done).toEqual(['release', 'SIGTSTP job, 0 listening', 'retake']);
    expect(listening()).toBe(1);
    vi.runAllTimers();
    expect(done).toHaveLength(3);
  });

  it('takes the terminal again where nothing could be stopped', () => {
    const { done, stopJob } = program();
    stopJob();
    stopJob();
    vi.runAllTimers();
    expect(done).toEqual(['release', 'SIGTSTP job, 0 listening', 'retake']);
  });
});

describe('A stop from outside', () => {
  it('gives the terminal back where it can be seen coming', () => {
    const { done } = program();
    process.emit('SIGTSTP');
    process.emit('SIGCONT');
    expect(done).toEqual(['release', 'SIGTSTP self, 0 listening', 'retake']);
  });

  it('has the terminal set up from the start where it could not', () => {
    const { done } = program();
    process.emit('SIGCONT');
    expect(done).toEqual(['release', 'retake']);
  });
});

// The processes of a server on a simulated machine: their own code, put together as on a real one.
import { runChild } from '../child.ts';
import type { Config } from '../config.ts';
import type { ChildOrigin } from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics } from '../observe/index.ts';
import { Primary } from '../primary/index.ts';
import { readConfig } from '../read-config.ts';
import { machine, SimulatedProcess, self } from './test-machine.ts';

/** Counts nothing: that would cost more than the rest. */
const metrics = {
  count() {},
  gauge() {},
  total: () => 0,
  observe() {},
  snapshot: async () => [],
} as unknown as ProcessMetrics<'primary'> &
  ProcessMetrics<'worker'> &
  ProcessMetrics<'coordinator'>;

const relay = {
  add() {},
  forget() {},
  lastLines: () => [],
  takeDropped: () => 0,
} as unknown as LogRelay;

/** What the processes say goes into the trace. */
function newLog(): Log {
  const { name } = self();
  const say = (given: unknown, text?: string): void => {
    if (text === 'coordinator serves workers') self().hasStarted = true;
    const fields = typeof given === 'string' ? {} : (given as Record<string, unknown>);
    const error = (fields.err ?? fields.error) as Error | undefined;
    machine().note(`${name}: ${text ?? given}${error ? ` ${error.stack}` : ''}`);
  };
  return { debug() {}, info: say, warn: say, error: say } as unknown as Log;
}

const defaults = readConfig([]);

export const configOf = (changes: Partial<Config>): Config => ({
  ...defaults,
  data: '/data',
  restartsMax: 10_000,
  restartPeriodMs: 1000,
  snapshotMs: 300,
  resumeMs: 100_000,
  roomEmptyMs: 100_000,
  ...changes,
});

/** A primary, which starts the others. */
export class TestServer {
  readonly process = new SimulatedProcess('primary');
  readonly config: Config;
  private primary: Primary | undefined;

  constructor(config: Config) {
    this.config = config;
    machine().after(0, this.process, () => this.start());
  }

  /** Replaces its processes one after another. */
  restart(): void {
    machine().note('a rolling restart');
    machine().after(0, this.process, () => void this.primary?.restart());
  }

  private start(): void {
    this.primary = new Primary({
      config: this.config,
      log: newLog(),
      metrics,
      relay,
      mainPath: 'main.ts',
      failed: (text) => machine().violate(`the server stops: ${text}`),
    });
    this.primary
      .start()
      .catch((error) => machine().violate(`the server does not start: ${error.stack}`));
  }
}

/** What a child does when it has started. */
export function main(text: string): void {
  runChild(JSON.parse(text) as ChildOrigin, {
    setTitle: (title) => {
      const process = self();
      process.name = title.replace('holdfast ', '');
      // A coordinator has when it has brought back what there was.
      process.hasStarted = process.name !== 'coordinator';
    },
    newLog,
    newMetrics: () => metrics as never,
    watch: () => {},
    guardSteps: () => {},
    watchSteps: () => {},
    rehearse: async () => {},
    goFirst: () => {},
    standBack: () => {},
  }).catch((error) => {
    const of = machine();
    if (of.current?.isAlive) of.violate(`a child does not start: ${error.stack}`);
  });
}

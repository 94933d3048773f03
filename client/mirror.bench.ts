// Measures what a state costs a client: `tsx client/mirror.bench.ts`. 1,000 entities in sight, 30
// changed rows a state; for one mirror and for 500 in turn, as in a process of bots.
import {
  encodeBinary,
  type Kind,
  type Message,
  MessageDecoder,
  RowReader,
  RowWriter,
} from '../protocol/index.ts';
import { Mirror } from './mirror.ts';

const ENTITIES = 1_000;
const CHANGED = 30;
const STATES = 200_000;
const ROUNDS = 5;

const kinds: Kind[] = [
  {
    name: 'miner',
    fields: [
      { name: 'x', type: 'u16' },
      { name: 'y', type: 'u16' },
      { name: 'facing', type: 'u8' },
      { name: 'gold', type: 'u16' },
      { name: 'name', type: 'string' },
    ],
  },
  {
    name: 'arrow',
    fields: [
      { name: 'x', type: 'f32' },
      { name: 'y', type: 'f32' },
    ],
  },
];

const writer = new RowWriter();
const isMiner = (id: number) => id % 4 !== 0;

function full(): Message<'state'> {
  writer.clear();
  for (let id = 1; id <= ENTITIES; id++) {
    if (isMiner(id)) writer.entered(0, kinds[0]!, id, [id, id, 1, 0, `miner ${id}`]);
    else writer.entered(1, kinds[1]!, id, [id + 0.5, id + 0.5]);
  }
  return state({ reset: true, entered: Buffer.from(writer.written()) });
}

function delta(tick: number): Message<'state'> {
  writer.clear();
  for (let i = 0; i < CHANGED; i++) {
    const id = ((tick * 37 + i * 31) % ENTITIES) + 1;
    if (isMiner(id)) writer.changed(0, kinds[0]!, id, 0b111, [tick % 500, i, i % 4, 0, '']);
    else writer.changed(1, kinds[1]!, id, 0b11, [tick + 0.25, i + 0.25]);
  }
  return state({ tick, ack: tick, changed: Buffer.from(writer.written()) });
}

function state(change: Partial<Message<'state'>>): Message<'state'> {
  const none = new Uint8Array(0);
  return {
    type: 'state',
    room: 1,
    tick: 0,
    reset: false,
    left: none,
    entered: none,
    changed: none,
    ...change,
  };
}

/** Best of some rounds: microseconds for one of `STATES` runs. */
function measure(run: (i: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < STATES; i++) run(i);
    best = Math.min(best, ((performance.now() - start) * 1_000) / STATES);
  }
  return best;
}

function mirrors(count: number): Mirror[] {
  return Array.from({ length: count }, () => {
    const mirror = new Mirror(kinds);
    mirror.apply(full());
    return mirror;
  });
}

const deltas = Array.from({ length: 1_000 }, (_, i) => delta(i + 1));
const frames = deltas.map((message) => encodeBinary(message));
const [single] = mirrors(1);
const many = mirrors(500);
const scratch: never[] = [];
const intoScratch = () => scratch;
let decoded: Message<'state'> | undefined;
const decoder = new MessageDecoder({
  from: 'server',
  frameBytesMax: 65_536,
  receiver: {
    message: (message) => {
      decoded = message as Message<'state'>;
    },
    malformed: (error) => {
      throw error;
    },
  },
});
decoder.push(Buffer.of(0));

const results: Record<string, number> = {
  'RowReader alone': measure((i) => {
    const reader = new RowReader(kinds, deltas[i % 1_000]!.changed);
    while (reader.nextChanged(intoScratch));
  }),
  'apply, one mirror': measure((i) => single!.apply(deltas[i % 1_000]!)),
  'apply, 500 mirrors': measure((i) => many[i % 500]!.apply(deltas[i % 1_000]!)),
  'decode alone': measure((i) => decoder.push(frames[i % 1_000]!)),
  'decode and apply, 500 mirrors': measure((i) => {
    decoder.push(frames[i % 1_000]!);
    many[i % 500]!.apply(decoded!);
  }),
};
const base = results['RowReader alone']!;
process.stdout.write(`${ENTITIES} entities, ${CHANGED} changed rows, ${frames[0]!.length} bytes\n`);
for (const [name, us] of Object.entries(results)) {
  const ratio = (us / base).toFixed(1);
  process.stdout.write(`${name.padEnd(32)}${us.toFixed(2).padStart(8)} µs${ratio.padStart(7)}×\n`);
}

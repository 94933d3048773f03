// Example messages for the golden vectors and PROTOCOL.md; each is written to a file of its name.
import type { Kind } from '../entities.ts';
import { rowsFromJson } from '../json-rows.ts';
import type { RowForm } from '../message-fields.ts';
import { LOBBY, type Message, type MessageName, PROTOCOL_VERSION } from '../messages.ts';

/** For every message at least the example that has its name. */
type Examples = {
  readonly [K in MessageName]: { readonly [F in K]: Message<K> } & Readonly<
    Record<string, Message<K>>
  >;
};

const ROOM = 4;
const TOKEN = 'q7Zc2mX0b1Vt9sKdE5uYhA';
const ACCOUNT = 'Lw3_hR8vPq2Ty6-nBx0ZkA';

/** The kinds of the example room; `probe` has a field of every type, named for it. */
export const exampleKinds: readonly Kind[] = [
  {
    name: 'miner',
    fields: [
      { name: 'x', type: 'i32' },
      { name: 'y', type: 'i32' },
      { name: 'name', type: 'string' },
      { name: 'gold', type: 'u16' },
    ],
  },
  {
    name: 'probe',
    fields: [
      { name: 'u8', type: 'u8' },
      { name: 'u16', type: 'u16' },
      { name: 'u32', type: 'u32' },
      { name: 'i8', type: 'i8' },
      { name: 'i16', type: 'i16' },
      { name: 'i32', type: 'i32' },
      { name: 'f32', type: 'f32' },
      { name: 'f64', type: 'f64' },
      { name: 'bool', type: 'bool' },
      { name: 'string', type: 'string' },
    ],
  },
];

/** The rooms of the examples. */
export const exampleKindsOf = (room: number) => (room === ROOM ? exampleKinds : undefined);

const rows = (form: RowForm, objects: readonly unknown[]) =>
  rowsFromJson(form, exampleKinds, objects);

/** The row that PROTOCOL.md takes apart. */
export const exampleMiner = { kind: 'miner', id: 300, x: 17, y: -2, name: 'Ada', gold: 5 };

const probeMax = {
  kind: 'probe',
  id: 0xffff_ffff,
  u8: 0xff,
  u16: 0xffff,
  u32: 0xffff_ffff,
  i8: 0x7f,
  i16: 0x7fff,
  i32: 0x7fff_ffff,
  f32: 0.5,
  f64: 0.1,
  bool: true,
  string: 'näher → ⛏',
};
const probeMin = {
  kind: 'probe',
  id: 127,
  u8: 0,
  u16: 0,
  u32: 0,
  i8: -0x80,
  i16: -0x8000,
  i32: -0x8000_0000,
  f32: -1.5,
  f64: -1e300,
  bool: false,
  string: '',
};

export const examples: Examples = {
  hello: {
    hello: { type: 'hello', protocol: PROTOCOL_VERSION, name: 'Ada' },
    'hello-account': {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      name: 'Ada',
      account: ACCOUNT,
    },
    'hello-token': { type: 'hello', protocol: PROTOCOL_VERSION, name: 'Zoë ⛏', token: TOKEN },
  },
  join: {
    join: { type: 'join', game: 'goldrush', request: 1 },
    'join-room': { type: 'join', room: ROOM },
  },
  leave: { leave: { type: 'leave', room: ROOM } },
  command: {
    command: { type: 'command', room: ROOM, seq: 1, name: 'walk', args: { x: 1, y: 0 } },
    'command-bare': { type: 'command', room: ROOM, seq: 2, name: 'drop' },
    'command-shapes': {
      type: 'command',
      room: ROOM,
      seq: 0xffff_ffff,
      name: 'say',
      args: [null, true, false, 0, -1, 128, 65_536, -40_000, 0.25, 'text', [], {}, { a: [1] }],
    },
  },
  call: {
    call: { type: 'call', room: LOBBY, seq: 1, name: 'rooms' },
    'call-args': { type: 'call', room: LOBBY, seq: 2, name: 'chat', args: { text: 'hello' } },
  },
  ping: {
    ping: { type: 'ping', time: 1500 },
    'ping-fraction': { type: 'ping', time: 1500.25 },
  },
  quit: { quit: { type: 'quit' } },
  welcome: {
    welcome: {
      type: 'welcome',
      session: 17,
      token: TOKEN,
      name: 'Ada',
      resumed: false,
      rooms: [],
      lobbySeq: 0,
      worker: 2,
      resumeMs: 30_000,
      idleMs: 60_000,
      commandsPerSecond: 100,
      inFlightMax: 64,
    },
    'welcome-resumed': {
      type: 'welcome',
      session: 17,
      token: TOKEN,
      name: 'Ada',
      resumed: true,
      rooms: [ROOM, 300],
      lobbySeq: 2,
      worker: 1,
      resumeMs: 30_000,
      idleMs: 60_000,
      commandsPerSecond: 100,
      inFlightMax: 64,
    },
  },
  joined: {
    joined: {
      type: 'joined',
      room: ROOM,
      game: 'goldrush',
      kinds: exampleKinds as Kind[],
      avatar: exampleMiner.id,
      tickMs: 50,
      viewRadius: 24,
      about: { width: 256, height: 256 },
      request: 1,
    },
    'joined-plain': {
      type: 'joined',
      room: 300,
      game: 'connect-four',
      kinds: [],
      avatar: 0,
      tickMs: 0,
      viewRadius: 0,
      about: null,
    },
  },
  state: {
    state: {
      type: 'state',
      room: ROOM,
      tick: 1201,
      reset: false,
      left: rows('left', [7, 128]),
      entered: rows('entered', [exampleMiner]),
      changed: rows('changed', [{ kind: 'miner', id: 12, x: 18, gold: 6 }]),
      ack: 1,
    },
    'state-reset': {
      type: 'state',
      room: ROOM,
      tick: 1200,
      reset: true,
      left: rows('left', []),
      entered: rows('entered', [probeMax, probeMin]),
      changed: rows('changed', []),
    },
    'state-changed': {
      type: 'state',
      room: ROOM,
      tick: 0xffff_ffff,
      reset: false,
      left: rows('left', []),
      entered: rows('entered', []),
      changed: rows('changed', [
        probeMax,
        { kind: 'probe', id: 127, string: 'last field' },
        { kind: 'probe', id: 128, u8: 1, i8: -1 },
      ]),
      ack: 3,
    },
  },
  event: {
    event: { type: 'event', room: ROOM, name: 'hit', data: { by: 18, gold: 3 } },
    'event-nil': { type: 'event', room: ROOM, name: 'dawn', data: null },
  },
  result: {
    result: { type: 'result', room: LOBBY, seq: 1, value: [{ room: ROOM, players: 2 }] },
    'result-nil': { type: 'result', room: LOBBY, seq: 2 },
  },
  rejected: {
    rejected: {
      type: 'rejected',
      room: ROOM,
      seq: 2,
      code: 'NOTHING_TO_DROP',
      text: 'You carry no gold.',
    },
  },
  resumed: { resumed: { type: 'resumed', room: ROOM, seq: 1 } },
  left: { left: { type: 'left', room: ROOM, code: 'ROOM_ENDED', text: 'The room has ended.' } },
  error: {
    error: { type: 'error', code: 'ROOM_FULL', text: 'The room has no place.', request: 1 },
    'error-fatal': { type: 'error', code: 'SERVER_FULL', text: 'Try later.' },
  },
  pong: { pong: { type: 'pong', time: 1500 } },
  bye: {
    bye: {
      type: 'bye',
      code: 'SERVER_STOPPING',
      text: 'The server is stopping: connect again later.',
      retryMs: 1000,
    },
  },
  account: { account: { type: 'account', key: ACCOUNT } },
  again: { again: { type: 'again' } },
  avatar: { avatar: { type: 'avatar', room: ROOM, avatar: 301 } },
};

/** The examples of all messages by the name of their file. */
export function allExamples(): [file: string, message: Message][] {
  return Object.values(examples).flatMap((ofMessage) => Object.entries<Message>(ofMessage));
}

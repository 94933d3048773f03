// The process of a crowd: forked by a chaos run, it runs clients and tells what befalls them.
import { setTimeout as sleep } from 'node:timers/promises';
import { GoldrushBot } from '../../client/bots/index.ts';
import { type Bytes, ClientSockets } from '../client-sockets.ts';
import { cpuSeconds } from '../meter.ts';
import { Bot } from './bot.ts';
import { Couple } from './couple.ts';
import { Incidents } from './incidents.ts';
import {
  COUPLES_IN_CROWD,
  type CrowdTask,
  type CrowdWindow,
  type FromCrowd,
  type ToCrowd,
} from './messages.ts';
import { Onlooker } from './onlooker.ts';
import { Repeater } from './repeater.ts';
import { until } from './until.ts';
import { Witness } from './witness.ts';

const COMMANDS_PER_SECOND = 4;
const STUCK_NAMED = 3;

process.title = 'holdfast crowd';
const incidents = new Incidents((text) => send({ type: 'problem', text }));
const sockets = new ClientSockets();
const bots: Bot[] = [];
const watching = new Set<Bot>();
const miners: GoldrushBot[] = [];
const counters: (Witness | Repeater)[] = [];
const couples: Couple[] = [];
const onlookers: Onlooker[] = [];
let began: { at: number; cpuSeconds: number; bytes: Bytes } | undefined;

function send(message: FromCrowd): void {
  // The run may be gone; `disconnect` follows.
  process.send?.(message, () => {});
}

async function start(task: CrowdTask): Promise<void> {
  if (task.isWatching) {
    await Promise.all([startClients(task, startWitness), startOnlookers(task)]);
  } else {
    await Promise.all([startClients(task, startMiner), startRepeater(task), startCouples(task)]);
  }
  send({ type: 'ready' });
}

async function startClients(
  task: CrowdTask,
  startClient: (task: CrowdTask, number: number) => Promise<void>,
): Promise<void> {
  const { clients, firstClient, rampMs } = task;
  const started = Array.from({ length: clients }, async (_, i) => {
    await sleep((rampMs * i) / clients);
    await startClient(task, firstClient + i);
  });
  await Promise.all(started);
}

async function startRepeater({ host, port, firstClient }: CrowdTask): Promise<void> {
  const repeater = new Repeater({ host, port, incidents, name: `repeater ${firstClient}` });
  counters.push(repeater);
  await repeater.start();
}

async function startCouples({ host, port, firstClient }: CrowdTask): Promise<void> {
  for (let i = 1; i <= COUPLES_IN_CROWD; i++) {
    couples.push(new Couple({ host, port, incidents, name: `couple ${firstClient}.${i}` }));
  }
  await Promise.all(couples.map((couple) => couple.start()));
}

async function startOnlookers({ host, port, onlookers: count, firstClient, rampMs }: CrowdTask) {
  for (let i = 1; i <= count; i++) {
    const onlooker = new Onlooker({ host, port, incidents, name: `onlooker ${firstClient}.${i}` });
    onlookers.push(onlooker);
    await Promise.all([onlooker.client.open(), sleep(rampMs / count)]);
  }
}

async function startWitness({ host, port }: CrowdTask, number: number): Promise<void> {
  const witness = new Witness({ host, port, incidents, name: `witness ${number}` });
  counters.push(witness);
  watching.add(witness.bot);
  bots.push(witness.bot);
  await witness.start();
}

async function startMiner({ host, port }: CrowdTask, number: number): Promise<void> {
  const bot = new Bot({ host, port, incidents, name: `miner ${number}`, game: 'goldrush' });
  bots.push(bot);
  const room = await bot.join();
  const miner = new GoldrushBot(room, { commandsPerSecond: COMMANDS_PER_SECOND, seed: number });
  miner.start();
  bot.client.once('closed', miner.stop);
  miners.push(miner);
}

function begin(): void {
  const at = performance.now();
  incidents.begin();
  for (const bot of bots) bot.begin(at);
  for (const onlooker of onlookers) onlooker.begin(at);
  began = { at, cpuSeconds: cpuSeconds(), bytes: sockets.bytes() };
}

async function end(living: readonly number[]): Promise<void> {
  const askedAt = performance.now();
  const waiting = () => bots.filter((bot) => !bot.isServed(askedAt));
  await until(() => waiting().length === 0);
  await Promise.all(onlookers.map((onlooker) => onlooker.served()));
  send({ type: 'window', window: windowOf(waiting(), living) });
}

function windowOf(stuck: readonly Bot[], living: readonly number[]): CrowdWindow {
  const now = performance.now();
  const { at, cpuSeconds: cpuBefore, bytes: before } = began!;
  const bytes = sockets.bytes();
  const isHandedOver = ({ handovers }: Bot): boolean => handovers.times(living).length > 0;
  const pausesOf = (of: Iterable<Bot>) => [...of].map(({ pause }) => pause.end(now));
  const lookedOnMs = onlookers.flatMap((onlooker) => onlooker.pausesMs(living));
  return {
    handedOver: bots.filter(isHandedOver).length + lookedOnMs.length,
    handedOverMs: [...pausesOf([...watching].filter(isHandedOver)), ...lookedOnMs],
    watchingMs: pausesOf(watching),
    ...incidents.end(),
    stuck: stuck.slice(0, STUCK_NAMED).map(({ situation }) => situation),
    seconds: (now - at) / 1000,
    cpuSeconds: cpuSeconds() - cpuBefore,
    bytesReceived: bytes.received - before.received,
    bytesSent: bytes.sent - before.sent,
  };
}

function vanish(connections: number, pick: number): void {
  const open = sockets.open.filter(({ connecting }) => !connecting);
  const first = pick % open.length;
  const chosen = [...open.slice(first), ...open.slice(0, first)].slice(0, connections);
  incidents.expectLosses(chosen.length);
  for (const socket of chosen) socket.destroy();
}

async function settle(): Promise<void> {
  for (const miner of miners) miner.stop();
  const records = await Promise.all(counters.map((counter) => counter.settle()));
  const met = await Promise.all(couples.map((couple) => couple.settle()));
  send({ type: 'records', records, couples: met });
}

async function leave(): Promise<void> {
  for (const counter of counters) if (counter instanceof Repeater) counter.close();
  const all = [...bots, ...onlookers, ...couples.flatMap((couple) => couple.bots)];
  await Promise.all(all.map((bot) => bot.close()));
  send({ type: 'gone' });
}

function failed(error: Error): void {
  send({ type: 'problem', text: `a process of clients has failed: ${error.stack}` });
}

process.on('message', (message: ToCrowd) => {
  switch (message.type) {
    case 'start':
      start(message).catch(failed);
      return;
    case 'begin':
      begin();
      return;
    case 'end':
      end(message.living).catch(failed);
      return;
    case 'vanish':
      vanish(message.connections, message.pick);
      return;
    case 'settle':
      settle().catch(failed);
      return;
    case 'leave':
      leave().catch(failed);
      return;
    default:
      message satisfies never;
  }
});
// Also when the run was killed.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the run decides what it means.
process.on('SIGINT', () => {});

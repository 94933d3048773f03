// A process that shares with others until it is killed: forked by a chaos run, it tells of each step.
import { Group } from '../../server/multiprocessing/shared/index.ts';
import { Sharer, type Step } from './sharer.ts';

/** What a holder is told, first and last. */
export type ToHolder =
  | { readonly type: 'start'; readonly data: string; readonly name: string }
  | { readonly type: 'settle' };

export type FromHolder = Step | { readonly type: 'problem'; readonly text: string };

/** The server may be dead for a while. */
const JOIN_MS = 60_000;

process.title = 'holdfast holder';
let sharing: Promise<{ group: Group; sharer: Sharer }> | undefined;

/** Resolves when the run will hear it, whatever becomes of this process. */
function send(message: FromHolder): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}

async function start(data: string, name: string) {
  const group = await Group.ofServer(data, { timeoutMs: JOIN_MS });
  const problem = (text: string) => void send({ type: 'problem', text });
  return { group, sharer: new Sharer({ group, name, tell: send, problem }) };
}

async function settle(): Promise<void> {
  const { group, sharer } = await sharing!;
  await sharer.settle();
  await group.close();
  process.exit();
}

async function failed(error: Error): Promise<void> {
  await send({ type: 'problem', text: `a holder has failed: ${error.stack}` });
  process.exit(1);
}

process.on('message', (message: ToHolder) => {
  if (message.type === 'start') {
    // From now on it has nothing open but its group: what it asks has to keep it.
    process.channel?.unref();
    sharing = start(message.data, message.name);
    sharing.catch(failed);
  } else settle().catch(failed);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; the run decides what it means.
process.on('SIGINT', () => {});

// Decides what follows from a hang in game code: which input is skipped from now on, or that the room is at fault.
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Batch } from '../store/index.ts';
import { ABOUT_ALONE, after, type GameHangError, type Place } from './guard.ts';
import { HangProof } from './hang-proof.ts';
import { HangingCommands } from './hanging-commands.ts';
import type { Input } from './inputs.ts';
import type { RoomFiles } from './room-rebuild.ts';

/** Commands of one room that may end the process and be set aside; then it is the room that is at fault. */
export const SET_ASIDE_MAX = 3;

/** `repeated`: nothing is certain, the same is tried again. `skipped`: the command at fault is skipped from
 *  now on. `bots`: the room goes on without its bots. `quarantined`: it does not go on. */
export type Verdict = 'repeated' | 'skipped' | 'bots' | 'quarantined';

export interface HangJudgeOptions {
  readonly files: RoomFiles;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

export class HangJudge {
  private readonly options: HangJudgeOptions;
  private readonly proof = new HangProof();
  private readonly hanging = new HangingCommands();
  /** The last hang that was noted there. */
  private noted: GameHangError | undefined;
  /** The last place in a batch that was applied before whose hang was proven. */
  private doubted: Place | undefined;
  private game = '';

  constructor(options: HangJudgeOptions) {
    this.options = options;
  }

  /** @returns the inputs as they are to be written down: without commands whose name hangs again and again. */
  screen(inputs: Input[]): Input[] {
    return this.hanging.screen(inputs);
  }

  /** A batch has been applied. */
  passed(): void {
    this.proof.passed();
  }

  /** @param appliedTick the last tick that is known to have been applied and told; in a recovery it is the one
   *  before the last of the journal, since a batch is written down when the one before it was told.
   *  @throws {StoreError} Nothing has been decided then. */
  judge(hang: GameHangError, appliedTick?: number): Verdict {
    const { snapshot, batches } = this.options.files.newest();
    this.game = snapshot.game;
    const batch = batches.find(({ tick }) => tick === hang.place.tick);
    const known = appliedTick ?? (batches.at(-1)?.tick ?? 0) - 1;
    const isProven = this.proof.isProven(hang);
    const verdict = !isProven
      ? this.repeat(hang)
      : batch && batch.tick <= known && hang.place.index !== ABOUT_ALONE
        ? this.doubt(hang)
        : this.punish(hang, batch);
    if (isProven) this.proof.settled();
    this.options.metrics.count('gameHangs', 1, { outcome: verdict });
    return verdict;
  }

  private repeat(hang: GameHangError): Verdict {
    const { log } = this.options;
    log.warn(
      { ...hang.place, game: this.game, err: hang },
      'game code was stopped without proof of a hang: its tick is repeated',
    );
    return 'repeated';
  }

  /** What was told is not taken back: a command that was answered is never set aside. */
  private doubt(hang: GameHangError): Verdict {
    const { tick, index } = hang.place;
    if (this.doubted?.tick !== tick || this.doubted.index !== index) {
      this.doubted = hang.place;
      return this.repeat(hang);
    }
    this.say(
      hang,
      {},
      'a batch that was applied before hangs whenever it is replayed: the room is quarantined, look at its ' +
        'files with `npm run replay`, or raise --step-ms-max and restore them',
    );
    return 'quarantined';
  }

  private punish(hang: GameHangError, batch: Batch<Input> | undefined): Verdict {
    const { index } = hang.place;
    const input = batch?.inputs[index];
    if (batch && index === batch.inputs.length + after.bots) {
      this.say(hang, {}, 'the game’s bots hang: they leave the room, which goes on');
      return 'bots';
    }
    if (input?.kind !== 'command') {
      const part = partOf(index, batch, input);
      this.say(hang, { part }, `the game hangs outside of a command, in its ${part}`);
      return 'quarantined';
    }
    const { player, seq, name, args } = input;
    const command = { player, seq, command: name, args };
    // It comes again where the disk did not take what follows.
    if (this.noted !== hang) this.hanging.note(name);
    this.noted = hang;
    // The others of the name that the batch has would hang one after another.
    const { tick } = hang.place;
    const places = [...batch!.inputs.keys()]
      .filter((at) => at === index || (at > index && this.hanging.isRefused(batch!.inputs[at]!)))
      .map((at) => ({ tick, index: at }));
    this.options.files.setAside(...places);
    if (this.hanging.isTooMany) {
      this.say(hang, command, 'commands of too many names hang in a room');
      return 'quarantined';
    }
    this.options.metrics.count('commandsSetAside', places.length);
    this.say(
      hang,
      command,
      this.hanging.isRefused(input)
        ? 'a command hangs again: it was set aside, and commands of its name are refused in this room for ten ' +
            'minutes'
        : 'a command hangs: it was set aside and is refused, the room goes on',
    );
    return 'skipped';
  }

  private say(hang: GameHangError, details: object, text: string): void {
    const { log } = this.options;
    log.error({ ...hang.place, game: this.game, ...details, err: hang }, text);
  }
}

/** What the game's author calls it. */
function partOf(index: number, batch: Batch<Input> | undefined, input: Input | undefined): string {
  if (input) return input.kind;
  const isTick = batch && index === batch.inputs.length + after.tick;
  return isTick ? 'tick' : 'about';
}

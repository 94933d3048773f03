// Plays a game that this client does not know: sends what keys and typed lines mean in it.
import type { RoomView } from '../../index.ts';
import type { Direction } from '../directions.ts';
import type { Keymap } from '../keymap.ts';
import { anyKeymap } from './any-keys.ts';
import { type Bindings, bindingsOf } from './bindings.ts';
import { commandText, valueText } from './command-words.ts';
import type { GameInfo } from './game-info.ts';
import { hasMap } from './map-scene.ts';
import { typedCommandOf } from './typed-command.ts';

const UNIT_MAX = 64;
const RESULT_COLUMNS = 120;
const NAMES_SHOWN = 12;

export class AnyPlayer {
  /** World units in a cell of the map. */
  unit = 1;
  private readonly tell: (text: string) => void;
  private info: GameInfo | undefined;
  private bindings: Bindings = bindingsOf([]);
  private keys: Keymap = anyKeymap(undefined, false);
  private hadMap = false;

  constructor(tell: (text: string) => void) {
    this.tell = tell;
  }

  keymap(info: GameInfo | undefined, room: RoomView | undefined): Keymap {
    const isMap = room !== undefined && hasMap(room);
    if (info !== this.info || isMap !== this.hadMap) {
      this.info = info;
      this.hadMap = isMap;
      this.bindings = bindingsOf(info?.commands ?? []);
      this.keys = anyKeymap(info, isMap);
    }
    return this.keys;
  }

  zoom(by: 1 | -1): void {
    this.unit = by > 0 ? Math.min(UNIT_MAX, this.unit * 2) : Math.max(1, this.unit / 2);
  }

  /** @throws {ClientError} as `RoomView.send`. */
  step(room: RoomView, kind: 'walk' | 'shoot', direction: Direction): void {
    const moves = kind === 'walk' ? this.bindings.walk : this.bindings.aim;
    const step = moves?.steps[direction];
    if (step) room.send(step.name, step.args);
  }

  /** A command without arguments, by its key. What it gives is told; that it was done is seen. */
  command(room: RoomView, name: string): void {
    this.call(room, name, {}, undefined);
  }

  /** A line that begins with /.
   *  @returns false where it is none of the game's. */
  run(room: RoomView, line: string): boolean {
    const typed = typedCommandOf(line, this.info?.commands ?? []);
    if (!typed) return false;
    const { name, args, excess } = typed;
    if (excess === '') this.call(room, name, args, 'done');
    else {
      const command = this.info!.commands.find((one) => one.name === name)!;
      this.tell(`“${excess}” is too much: ${commandText(command)}`);
    }
    return true;
  }

  /** What to say of a line that begins with / and means nothing. */
  get helpText(): string {
    const names = (this.info?.commands ?? []).map(({ name }) => `/${name}`);
    const shown = names.slice(0, NAMES_SHOWN).join(', ');
    if (names.length === 0) return 'This game has no such command.';
    const more = names.length > NAMES_SHOWN ? ', …' : '';
    return `No such command. There is ${shown}${more}: ? explains.`;
  }

  private call(
    room: RoomView,
    name: string,
    args: Readonly<Record<string, unknown>>,
    done: string | undefined,
  ): void {
    room.call(name, args).then(
      (value) => {
        const hasValue = value !== undefined && value !== null;
        const text = hasValue ? valueText(value, RESULT_COLUMNS) : done;
        if (text !== undefined) this.tell(`${name}: ${text}`);
      },
      (error: Error) => this.tell(error.message),
    );
  }
}

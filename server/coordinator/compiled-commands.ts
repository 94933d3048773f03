// A game's commands, ready to be run: each with a check of its arguments.
import { Compile } from '../../protocol/schema.ts';
import type { Game, Player, Room } from '../games/index.ts';
import { explainArguments } from './explain-arguments.ts';

export interface CompiledCommand {
  readonly accepts: (args: unknown) => boolean;
  readonly explain: (args: unknown) => string;
  readonly run: (room: Room, player: Player, args: unknown) => unknown;
}

/** A millisecond for each command: too long for each room of a game while players wait. */
const known = new WeakMap<Game, ReadonlyMap<string, CompiledCommand>>();

/** Compiled once for all rooms of the game. */
export function compiledCommands(game: Game): ReadonlyMap<string, CompiledCommand> {
  const commands = known.get(game) ?? compile(game);
  known.set(game, commands);
  return commands;
}

function compile(game: Game): ReadonlyMap<string, CompiledCommand> {
  const compiled = new Map<string, CompiledCommand>();
  for (const [name, command] of Object.entries(game.commands as Game['commands'])) {
    const validator = Compile(command.args);
    compiled.set(name, {
      accepts: (args) => validator.Check(args),
      explain: (args) => explainArguments(name, command.args, args, validator.Errors(args)),
      run: (room, player, args) => command.run(room, player, args),
    });
  }
  return compiled;
}

// The game in the terminal: keys to commands, and the session to pictures.
import { type Client, RejectedError } from '../index.ts';
import { AnyPlayer } from './any-game/any-player.ts';
import { Feed } from './feed.ts';
import { FourPlayer } from './four-player.ts';
import {
  type Action,
  actionOf,
  type FourAction,
  type Key,
  type Keymap,
  keymapOf,
} from './keymap.ts';
import { edit } from './line-editor.ts';
import { type Model, Overlay } from './model.ts';
import { noticeOf } from './notice.ts';
import type { PlayOptions } from './options.ts';
import { areTradesWhole, pictureOf } from './picture.ts';
import { scoresOf } from './scores.ts';
import type { Screen } from './screen.ts';
import { Session } from './session.ts';
import { Steering } from './steering.ts';
import { isTradeWord } from './trade-words.ts';
import { Trading } from './trading.ts';

export interface PlayParts {
  readonly client: Client;
  readonly screen: Screen;
  readonly options: PlayOptions;
  readonly clockMs: () => number;
  /** Keeps the account's key for the next time; says why where it cannot. */
  readonly keepAccount: (key: string) => string | undefined;
  /** The player wants to go. */
  readonly quit: () => void;
  /** The player wants to use the shell for a while. */
  readonly suspend: () => void;
  readonly ended: (error: Error) => void;
}

/** At most 25 pictures a second. */
const FRAME_MS = 40;
/** Notices count down, events grow old and scores are asked for again so often. */
const CLOCK_MS = 500;
export class Play {
  private readonly parts: PlayParts;
  private readonly feed = new Feed();
  private readonly session: Session;
  private readonly trading: Trading;
  private readonly four = new FourPlayer();
  private readonly any: AnyPlayer;
  private readonly steering: Steering;
  private overlay = Overlay.None;
  private scores: Model['scores'];
  private typing: string | undefined;
  private drawnAtMs = Number.NEGATIVE_INFINITY;
  private frameTimer: NodeJS.Timeout | undefined;
  private clockTimer: NodeJS.Timeout | undefined;

  constructor(parts: PlayParts) {
    this.parts = parts;
    const { client, options, clockMs, keepAccount, ended } = parts;
    const { game } = options;
    const { feed, changed } = this;
    this.trading = new Trading({
      client,
      clockMs,
      tell: (text) => this.session.tell(text),
    });
    const { trading } = this;
    const session = { client, game, keepAccount, feed, clockMs, ended, trading, changed };
    this.session = new Session(session);
    this.any = new AnyPlayer((text) => this.session.tell(text));
    this.steering = new Steering({ session: this.session, any: this.any, clockMs });
  }

  open(): void {
    this.clockTimer = setInterval(() => {
      if (this.overlay === Overlay.Scores) this.askScores();
      this.changed();
    }, CLOCK_MS);
    this.session.open();
    this.changed();
  }

  close(): void {
    clearInterval(this.clockTimer);
    clearTimeout(this.frameTimer);
    this.steering.close();
    this.session.close();
  }

  /** The window has another size. */
  resized(): void {
    this.parts.screen.repaint();
    this.changed();
  }

  pressed(key: Key): void {
    const action = actionOf(key, this.keymap);
    if (
      this.typing !== undefined &&
      action?.do !== 'repaint' &&
      action?.do !== 'suspend' &&
      !(action?.do === 'quit' && key.ctrl && key.name === 'c')
    ) {
      this.type(key, this.typing);
    } else if (!this.answers(key) && action) this.act(action);
    this.changed();
  }

  /** Whether the key answers the question about a trade. An offer that does not fit into the window
   *  was not seen whole, and cannot be agreed to. */
  private answers(key: Key): boolean {
    const { trading, parts } = this;
    if (!trading.question) return false;
    const isYes = key.name === 'y' && !key.ctrl && !key.meta;
    if (!isYes && key.name !== 'escape' && key.name !== 'n') return false;
    const { width, height } = parts.screen;
    if (isYes && !areTradesWhole(this.model(parts.clockMs()), width, height)) {
      // In one row: the offer covers the others.
      this.session.tell('Make the window larger: the offer does not fit into it.');
    } else void trading.answer(isYes).then(this.changed);
    return true;
  }

  /** Sees to it that there is a new picture soon. */
  private readonly changed = (): void => {
    if (this.frameTimer) return;
    const waitMs = Math.max(0, this.drawnAtMs + FRAME_MS - this.parts.clockMs());
    this.frameTimer = setTimeout(() => this.draw(), waitMs);
  };

  private draw(): void {
    this.frameTimer = undefined;
    const { screen, clockMs } = this.parts;
    this.drawnAtMs = clockMs();
    screen.show(pictureOf(this.model(this.drawnAtMs), screen.width, screen.height));
  }

  private model(nowMs: number): Model {
    const { client, options } = this.parts;
    const { room, map, waiting, link, worker, players, online, game, info, motion } = this.session;
    const notice = noticeOf(link, `${options.host}:${options.port}`, nowMs);
    const { feed, overlay, scores, typing } = this;
    const { keymap } = this;
    const four = { column: this.four.column, turnForMs: this.four.turnForMs(room, nowMs) };
    const { rttMs } = client;
    const connection = { notice, rttMs, worker, players, online };
    const { open: trades, owned, question } = this.trading;
    const talk = { feed, typing, trades, owned, question };
    const { hasColours } = this.parts.screen;
    const any = { info, moving: motion.moving, unit: this.any.unit, hasColours };
    const shown = { world: room, map, four, any, keymap, waiting, overlay, scores, ...talk };
    return { nowMs, game, hasColours, ...shown, ...connection };
  }

  private get keymap(): Keymap {
    const { game, info, room } = this.session;
    return keymapOf(game) ?? this.any.keymap(info, room);
  }

  private act(action: Action): void {
    switch (action.do) {
      case 'walk':
        this.steering.walk(action.direction);
        return;
      case 'shoot':
        this.steering.shoot(action.direction);
        return;
      case 'shootAhead':
        this.steering.shootAhead();
        return;
      case 'move':
      case 'drop':
      case 'claim':
      case 'nextOpponent':
        this.playFour(action);
        return;
      case 'command':
        this.command(action.command);
        return;
      case 'zoom':
        this.any.zoom(action.by);
        return;
      case 'typeCommand':
      case 'chat':
        this.typing = action.do === 'typeCommand' ? '/' : '';
        return;
      case 'scores':
        this.show(Overlay.Scores);
        this.askScores();
        return;
      case 'help':
        this.show(Overlay.Help);
        return;
      case 'back':
        this.overlay = Overlay.None;
        return;
      case 'repaint':
        this.parts.screen.repaint();
        return;
      case 'quit':
        this.parts.quit();
        return;
      case 'suspend':
        this.steering.stop();
        this.parts.suspend();
        return;
      default:
        action satisfies never;
    }
  }

  /** The same key shows and hides. */
  private show(overlay: Overlay): void {
    this.overlay = this.overlay === overlay ? Overlay.None : overlay;
  }

  private playFour(action: FourAction): void {
    const { room } = this.session;
    if (!room || !this.steering.isReady) return;
    try {
      this.four.act(action, room);
    } catch (error) {
      this.session.tell((error as Error).message);
    }
  }

  private command(name: string): void {
    const { room } = this.session;
    if (room && this.steering.isReady) this.any.command(room, name);
  }

  private type(key: Key, text: string): void {
    const edited = edit(text, key);
    this.typing = edited.is === 'typing' ? edited.text : undefined;
    if (edited.is === 'done' && edited.text !== '') this.say(edited.text);
  }

  private say(text: string): void {
    if (text.startsWith('/')) {
      this.overlay = Overlay.None;
      this.obey(text);
      return;
    }
    const { client } = this.parts;
    const room = this.session.room?.number ?? 0;
    client.lobby.call('chat', { room, text }).catch((error) => this.session.tell(error.message));
  }

  /** The words of the game come before those of this client. */
  private obey(line: string): void {
    const { room, game } = this.session;
    const isAny = room !== undefined && keymapOf(game) === undefined;
    if (isAny && this.any.run(room, line)) return;
    if (isAny && !isTradeWord(line)) this.session.tell(this.any.helpText);
    else void this.trading.run(line).then(this.changed);
  }

  private askScores(): void {
    const { room, isLive } = this.session;
    if (!room || !isLive) return;
    void this.trading.askOwned().then(this.changed);
    room.call('scores', {}).then(
      (value) => {
        const name = this.parts.client.welcome?.name ?? this.parts.options.name;
        this.scores = scoresOf(value, name) ?? 'This game keeps its scores in a way of its own.';
        this.changed();
      },
      (error) => {
        // A lost session is told by the notice.
        if (error instanceof RejectedError) this.scores = error.message;
      },
    );
  }
}

// The game in the terminal: keys to commands, and the session to pictures.
import { type Client, RejectedError } from '../index.ts';
import { type Direction, stepOf } from './directions.ts';
import { Feed } from './feed.ts';
import { FourPlayer } from './four-player.ts';
import { type Action, actionOf, type FourAction, type Key } from './keymap.ts';
import { edit } from './line-editor.ts';
import { type Model, Overlay } from './model.ts';
import { noticeOf } from './notice.ts';
import type { PlayOptions } from './options.ts';
import { areTradesWhole, pictureOf } from './picture.ts';
import { scoresOf } from './scores.ts';
import type { Screen } from './screen.ts';
import { Session } from './session.ts';
import { Trading } from './trading.ts';
import { stepMsOf, Walker } from './walker.ts';
import { Hurt, ownMiner } from './world.ts';

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
/** With more on its way unanswered, steps are not sent: they would all be taken at once later. */
const UNACKNOWLEDGED_MAX = 8;

export class Play {
  private readonly parts: PlayParts;
  private readonly feed = new Feed();
  private readonly session: Session;
  private readonly trading: Trading;
  private readonly walker = new Walker();
  private readonly four = new FourPlayer();
  private overlay = Overlay.None;
  private scores: Model['scores'];
  private typing: string | undefined;
  private drawnAtMs = Number.NEGATIVE_INFINITY;
  private frameTimer: NodeJS.Timeout | undefined;
  private stepTimer: NodeJS.Timeout | undefined;
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
    clearTimeout(this.stepTimer);
    this.session.close();
  }

  /** The window has another size. */
  resized(): void {
    this.parts.screen.repaint();
    this.changed();
  }

  pressed(key: Key): void {
    const action = actionOf(key, this.parts.options.game);
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
      this.session.tell('This offer does not fit into the window: make the window larger first.');
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
    const { room, map, waiting, link, worker, players, online } = this.session;
    const notice = noticeOf(link, `${options.host}:${options.port}`, nowMs);
    const { feed, overlay, scores, typing } = this;
    const { game } = options;
    const four = { column: this.four.column, turnForMs: this.four.turnForMs(room, nowMs) };
    const { rttMs } = client;
    const connection = { notice, rttMs, worker, players, online };
    const { open: trades, question } = this.trading;
    const talk = { feed, typing, trades, question };
    const shown = { world: room, map, four, waiting, overlay, scores, ...talk };
    const { hasColours } = this.parts.screen;
    return { nowMs, game, hasColours, ...shown, ...connection };
  }

  private act(action: Action): void {
    switch (action.do) {
      case 'walk':
        this.walker.press(action.direction, this.parts.clockMs());
        this.walk();
        return;
      case 'shoot':
        this.shoot(action.direction);
        return;
      case 'shootAhead':
        this.shoot(this.facing());
        return;
      case 'move':
      case 'drop':
      case 'claim':
      case 'nextOpponent':
        this.playFour(action);
        return;
      case 'chat':
        this.typing = '';
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
        this.walker.stop();
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

  /** Takes the step that is due, and comes back for the next. */
  private walk(): void {
    clearTimeout(this.stepTimer);
    const nowMs = this.parts.clockMs();
    const { room } = this.session;
    if (room) this.walker.stepMs = stepMsOf(room.about, room.tickMs);
    if (!this.mayAct()) this.walker.stop();
    const direction = this.walker.step(nowMs);
    if (direction !== undefined) this.send('walk', direction);
    const waitMs = this.walker.waitMs(nowMs);
    if (waitMs !== undefined) this.stepTimer = setTimeout(() => this.walk(), Math.max(1, waitMs));
  }

  private shoot(direction: Direction): void {
    if (this.mayAct()) this.send('shoot', direction);
  }

  /** Where a step was just asked to go, or else where the miner looks. */
  private facing(): Direction {
    const isWalking = this.walker.waitMs(this.parts.clockMs()) !== undefined;
    const facing = (ownMiner(this.session.room)?.facing ?? 0) as Direction;
    return (isWalking ? this.walker.direction : undefined) ?? facing;
  }

  private playFour(action: FourAction): void {
    const { room, isLive } = this.session;
    if (!room || !isLive || room.unacknowledged >= UNACKNOWLEDGED_MAX) return;
    try {
      this.four.act(action, room);
    } catch (error) {
      this.session.tell((error as Error).message);
    }
  }

  private mayAct(): boolean {
    const { room, isLive } = this.session;
    if (!isLive || !room || room.unacknowledged >= UNACKNOWLEDGED_MAX) return false;
    return ownMiner(room)?.hurt !== Hurt.Stunned;
  }

  private send(name: string, direction: Direction): void {
    try {
      this.session.room?.send(name, stepOf[direction]);
    } catch (error) {
      this.session.tell((error as Error).message);
    }
  }

  private type(key: Key, text: string): void {
    const edited = edit(text, key);
    this.typing = edited.is === 'typing' ? edited.text : undefined;
    if (edited.is === 'done' && edited.text !== '') this.say(edited.text);
  }

  private say(text: string): void {
    if (text.startsWith('/')) {
      this.overlay = Overlay.None;
      void this.trading.run(text).then(this.changed);
      return;
    }
    const { client } = this.parts;
    const room = this.session.room?.number ?? 0;
    client.lobby.call('chat', { room, text }).catch((error) => this.session.tell(error.message));
  }

  private askScores(): void {
    const { room, isLive } = this.session;
    if (!room || !isLive) return;
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

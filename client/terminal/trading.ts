// The player's trades: lines that begin with / go to the lobby, and what comes of them into the panel
// and the feed.
import type { Client, Goods, Trade } from '../index.ts';
import {
  outcomeText,
  ownedOf,
  ownedText,
  partnerOf,
  TRADE_HELP,
  type TradeCommand,
  tradeCommandOf,
  tradesWith,
} from './trade-words.ts';

export interface TradingOptions {
  readonly client: Client;
  readonly clockMs: () => number;
  /** An event of the player's own. */
  tell(text: string): void;
}

export interface OpenTrade {
  readonly view: Trade;
  /** By the clock: the trade ends then, if nothing more is said. */
  readonly endsAtMs: number;
}

/** One version of a trade's offer. */
export interface Question {
  readonly trade: number;
  readonly version: number;
}

/** Trades that are over and remembered, so that an older message does not open them again. */
const OVER_MAX = 200;
const LISTED = 3;

export class Trading {
  /** The offer that the player is asked to agree to, as it is shown. */
  question: Question | undefined;
  /** What the player's account holds, once the lobby has said. */
  owned: Goods | undefined;
  private readonly options: TradingOptions;
  private readonly byNumber = new Map<number, OpenTrade>();
  private readonly over = new Set<number>();

  constructor(options: TradingOptions) {
    this.options = options;
  }

  /** Trades that are not over, the oldest first. */
  get open(): OpenTrade[] {
    return [...this.byNumber.values()];
  }

  /** A line that begins with /. An offer counts as agreed to by the player who makes it. */
  async run(line: string): Promise<void> {
    try {
      await this.obey(tradeCommandOf(line));
    } catch (error) {
      this.options.tell((error as Error).message);
    }
  }

  /** Answers the question. Only the version that was asked about is agreed to. */
  async answer(isYes: boolean): Promise<void> {
    const { question } = this;
    this.question = undefined;
    if (!question || !isYes) return;
    try {
      await this.ask('confirm', question);
    } catch (error) {
      this.options.tell((error as Error).message);
    }
  }

  /** Asks what the player's account holds. A server that does not say is no fault. */
  async askOwned(): Promise<void> {
    try {
      this.owned = ownedOf(await this.options.client.lobby.call('account', {})) ?? this.owned;
    } catch {
      // The connection is lost, or the accounts cannot be read at the moment: the player is told of either.
    }
  }

  /** Takes in what the lobby tells of a trade. */
  heard(view: Trade): void {
    const { trade } = view;
    if (this.over.has(trade)) return;
    // With each offer, and when a trade is over, as the account may hold something else by then.
    void this.askOwned();
    const text = outcomeText(view);
    if (text !== undefined) {
      this.forget(trade);
      this.options.tell(text);
      return;
    }
    const known = this.byNumber.get(trade)?.view;
    if (known && (view.version ?? 0) < (known.version ?? 0)) return;
    const endsAtMs = this.options.clockMs() + (view.endsMs ?? 0);
    this.byNumber.set(trade, { view, endsAtMs });
    if (this.question?.trade === trade && this.question.version !== view.version) {
      this.question = undefined;
      this.options.tell(
        `${partnerOf(view)} has changed the offer: look at it, then /confirm again.`,
      );
    }
  }

  /** Asks for the trades that are open: after a connection was lost, some may have ended unseen. */
  async refresh(): Promise<void> {
    if (this.byNumber.size === 0) return;
    const { open, over } = await this.listed();
    for (const view of over) if (this.byNumber.has(view.trade)) this.heard(view);
    const numbers = new Set(open.map(({ trade }) => trade));
    for (const trade of this.byNumber.keys()) if (!numbers.has(trade)) this.forget(trade);
    for (const view of open) this.heard(view);
  }

  private async obey(command: TradeCommand | undefined): Promise<void> {
    if (!command) this.options.tell(TRADE_HELP);
    else if (command.do === 'trades') await this.list();
    else if (command.do === 'account') await this.tellOwned();
    else if (command.do === 'trade') {
      const { do: name, ...args } = command;
      await this.agree(await this.ask(name, args));
    } else {
      const { do: name, with: who, ...goods } = command;
      const view = this.meant(name, who);
      if (!view) return;
      if (name === 'confirm') this.confirm(view);
      else if (name === 'cancel') await this.ask(name, { trade: view.trade });
      else await this.agree(await this.ask(name, { trade: view.trade, ...goods }));
    }
  }

  /** The trade that a command means; tells the player where that is none or not clear. */
  private meant(name: string, who: string): Trade | undefined {
    const all = this.open.map(({ view }) => view);
    const meant = tradesWith(all, who);
    if (meant.length === 1) return meant[0];
    const names = meant.map(partnerOf).join(', ');
    if (meant.length > 1) {
      const example = `/${name} #${meant[0]!.player}`;
      this.options.tell(`Several trades are open: with ${names}. Say which, such as ${example}`);
    } else if (all.length === 0) this.options.tell(`No trade is open. ${TRADE_HELP}`);
    else {
      this.options.tell(
        `No trade is open with that player: only with ${all.map(partnerOf).join(', ')}`,
      );
    }
    return undefined;
  }

  private confirm(view: Trade): void {
    if (view.confirmed) {
      this.options.tell(`You have agreed to this offer already: ${partnerOf(view)} has not.`);
    } else this.question = { trade: view.trade, version: view.version ?? 0 };
  }

  private async agree({ trade, version, state }: Trade): Promise<void> {
    if (state === 'open') await this.ask('confirm', { trade, version });
  }

  private async ask(name: string, args: object): Promise<Trade> {
    const view = (await this.options.client.lobby.call(name, args)) as Trade;
    this.heard(view);
    return view;
  }

  private async list(): Promise<void> {
    const { open, over } = await this.listed();
    for (const view of open) this.heard(view);
    const past = over.slice(0, LISTED).reverse().map(outcomeText);
    const none = open.length + over.length === 0 ? ['You have not traded yet.'] : [];
    // The newest is told last, and so stands on top.
    for (const text of [...past, ...none]) if (text !== undefined) this.options.tell(text);
  }

  private async tellOwned(): Promise<void> {
    const { client, tell } = this.options;
    this.owned = ownedOf(await client.lobby.call('account', {})) ?? {};
    tell(ownedText(this.owned));
  }

  private async listed(): Promise<{ open: Trade[]; over: Trade[] }> {
    return (await this.options.client.lobby.call('trades', {})) as { open: Trade[]; over: Trade[] };
  }

  private forget(trade: number): void {
    this.byNumber.delete(trade);
    this.over.add(trade);
    if (this.over.size > OVER_MAX) this.over.delete(this.over.values().next().value!);
    if (this.question?.trade === trade) this.question = undefined;
  }
}

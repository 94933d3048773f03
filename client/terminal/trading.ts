// The player's trades: lines that begin with / go to the lobby, and what comes of them into the feed.
import type { Client, Trade } from '../index.ts';
import { TRADE_HELP, type TradeCommand, tradeCommandOf, tradeText } from './trade-words.ts';

export interface TradingOptions {
  readonly client: Client;
  /** An event of the player's own. */
  tell(text: string): void;
  /** Something that another player says. */
  said(from: string, player: number, text: string): void;
}

export class Trading {
  private readonly options: TradingOptions;
  /** Trades that are not over, by their numbers. */
  private readonly open = new Map<number, Trade>();
  /** The same as they were when the player began to type: nobody confirms what came since then. */
  private seen: readonly Trade[] = [];
  /** What was told of each trade: the lobby says it again after a connection was lost. */
  private readonly told = new Map<number, string>();

  constructor(options: TradingOptions) {
    this.options = options;
  }

  /** The player begins to type. */
  look(): void {
    this.seen = [...this.open.values()];
  }

  /** A line that begins with /. What one offers oneself, one has agreed to. */
  async run(line: string): Promise<void> {
    try {
      await this.obey(tradeCommandOf(line));
    } catch (error) {
      this.options.tell((error as Error).message);
    }
  }

  private async obey(command: TradeCommand | undefined): Promise<void> {
    if (!command) this.options.tell(TRADE_HELP);
    else if (command.do === 'trades') await this.list();
    else if (command.do === 'trade') {
      const { do: name, ...args } = command;
      await this.agree(await this.ask(name, args));
    } else {
      const { do: name, with: who, ...goods } = command;
      const meant = this.seen.filter((view) => who === '' || view.with === who);
      const [view] = meant;
      if (!view) this.options.tell(`there is no such trade: ${TRADE_HELP}`);
      else if (meant.length > 1) this.options.tell(`several trade with you: say /${name} <name>`);
      else if (name === 'confirm') await this.agree(view);
      else if (name === 'cancel') await this.ask(name, { trade: view.trade });
      else await this.agree(await this.ask(name, { trade: view.trade, ...goods }));
    }
  }

  /** What the lobby tells of a trade. */
  heard(view: Trade): void {
    const isOver = view.state === 'done' || view.state === 'ended';
    if (isOver) this.open.delete(view.trade);
    else this.open.set(view.trade, view);
    const text = tradeText(view);
    if (text === undefined || this.told.get(view.trade) === text) return;
    this.told.set(view.trade, text);
    const { tell, said } = this.options;
    if (view.state === 'open' && !view.own) said(view.with, view.player ?? 0, text);
    else tell(text);
  }

  private async agree({ trade, version }: Trade): Promise<void> {
    const view = await this.ask('confirm', { trade, version });
    if (view.state === 'open') this.options.tell(`${view.with} has to confirm; /cancel ends it`);
  }

  private async ask(name: string, args: object): Promise<Trade> {
    const view = (await this.options.client.lobby.call(name, args)) as Trade;
    this.heard(view);
    return view;
  }

  private async list(): Promise<void> {
    const { lobby } = this.options.client;
    const { open, over } = (await lobby.call('trades', {})) as Record<'open' | 'over', Trade[]>;
    this.told.clear();
    // The newest is told last, and so stands on top.
    for (const view of [...over.slice(0, LISTED).reverse(), ...open]) this.heard(view);
    if (open.length + over.length === 0) this.options.tell('you have not traded yet');
  }
}

const LISTED = 3;

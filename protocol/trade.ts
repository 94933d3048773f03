// A trade between two players, as the lobby tells one of them: in its event `trade`, and in answers.

/** Amounts of items: whole numbers from 1, by the items' names. */
export type Goods = Readonly<Record<string, number>>;

/** Comes as the lobby's event `trade`, whenever something has changed and after a reconnect, and as
 *  the answer to its calls `trade`, `counter`, `confirm` and `cancel`. */
export interface TradeView {
  /** Its number, never used for another. */
  readonly trade: number;
  /** `open`: there is an offer; `confirmed`: both have confirmed it, and it is being made; `done`: it
   *  is made for ever, and the disk has it; `ended`: nothing was swapped, `code` and `text` say why. */
  readonly state: 'open' | 'confirmed' | 'done' | 'ended';
  /** The other player's name. */
  readonly with: string;
  /** What the one who is told gives, and gets for it. */
  readonly give: Goods;
  readonly want: Goods;
  readonly code?: string;
  readonly text?: string;
  /** When it was over, in ms since 1970. What follows is there before that. */
  readonly at?: number;
  /** The other player's number. */
  readonly player?: number;
  /** Which offer this is, growing with each: `confirm` names it, so that nobody agrees to what he has
   *  not seen. */
  readonly version?: number;
  /** Whether the one who is told made the offer. */
  readonly own?: boolean;
  /** Who has confirmed it. */
  readonly confirmed?: boolean;
  readonly otherConfirmed?: boolean;
  /** When it ends unless something is said, in ms from now. */
  readonly endsMs?: number;
}

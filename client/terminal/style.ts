// How one cell looks, as one number: foreground, background and flags in terminal-kit's own layout,
// so that the screen passes it on as it is.

/** A colour of the xterm palette: 16..231 are the 6×6×6 cube, 232..255 grey from dark to light. */
export type Colour = number;
export type Style = number;

export const BOLD = 1 << 16;
export const UNDERLINE = 8 << 16;

export function style(foreground: Colour, background: Colour, flags = 0): Style {
  return foreground | (background << 8) | flags;
}

export function backgroundOf(look: Style): Colour {
  return (look >>> 8) & 0xff;
}

export const BLACK: Colour = 16;

/** terminal-kit's flags for the terminal's own colours, and for these exchanged. */
const OWN_COLOURS = (16 << 24) | (32 << 24);
const INVERSE = 32 << 16;

/** The look in the terminal's own two colours: exchanged where the ground is not black. */
export function withoutColours(look: Style): Style {
  const flags = look & (BOLD | UNDERLINE);
  return OWN_COLOURS | flags | (backgroundOf(look) === BLACK ? 0 : INVERSE);
}

/** The colours that are not the cave's. */
export const styles = {
  blank: style(250, BLACK),
  bar: style(252, 236),
  barDim: style(246, 236),
  barGold: style(220, 236, BOLD),
  barGood: style(121, 236),
  barBad: style(210, 236, BOLD),
  event: style(223, BLACK),
  goal: style(151, BLACK),
  eventDim: style(243, BLACK),
  chatText: style(252, BLACK),
  hint: style(243, BLACK),
  input: style(231, 238),
  usage: style(250, 238),
  box: style(252, 235),
  boxTitle: style(220, 235, BOLD),
  boxFrame: style(240, 235),
  boxOwn: style(231, 24, BOLD),
  notice: style(231, 88, BOLD),
  trade: style(252, 53),
  tradeTitle: style(220, 53, BOLD),
  tradeGoods: style(231, 53, BOLD),
  question: style(16, 220),
  questionGoods: style(16, 220, BOLD),
} as const satisfies Record<string, Style>;

/** Told apart from each other, from gold, from rats and from oneself on the floor's grey. */
const playerColours: readonly Colour[] = [
  117, 156, 213, 215, 80, 203, 147, 190, 180, 120, 219, 87, 209, 111,
];

/** The one colour of a player, by number. */
export function playerColour(player: number): Colour {
  return playerColours[player % playerColours.length]!;
}

// Colours that games name, as colours of the terminal's palette, and inks that can be read on them.
import { BLACK, type Colour, playerColour } from '../style.ts';

/** The basic colours of CSS, and a few that games are fond of. */
const named: Readonly<Record<string, number>> = {
  black: 0x000000,
  silver: 0xc0c0c0,
  gray: 0x808080,
  grey: 0x808080,
  white: 0xffffff,
  maroon: 0x800000,
  red: 0xff0000,
  purple: 0x800080,
  fuchsia: 0xff00ff,
  magenta: 0xff00ff,
  green: 0x008000,
  lime: 0x00ff00,
  olive: 0x808000,
  yellow: 0xffff00,
  navy: 0x000080,
  blue: 0x0000ff,
  teal: 0x008080,
  aqua: 0x00ffff,
  cyan: 0x00ffff,
  orange: 0xffa500,
  pink: 0xffc0cb,
  brown: 0xa52a2a,
  gold: 0xffd700,
};

const PALETTE_MAX = 255;
const steps = [0, 95, 135, 175, 215, 255] as const;
const LIGHT_INK: Colour = 231;
/** From here on black is read better than white. */
const BRIGHT = 0.18;
/** As WCAG computes the contrast of two colours. */
const AMBIENT = 0.05;
const CONTRAST_MIN = 2.2;

/** What a field says of a colour: a number of the palette of players, `#rrggbb` (a number above 255 is
 *  one too), or a name of CSS.
 *  @returns undefined for anything else. */
export function colourOf(value: unknown): Colour | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    const whole = Math.abs(Math.trunc(value));
    return whole <= PALETTE_MAX ? playerColour(whole) : nearest(whole & 0xffffff);
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  const rgb = Object.hasOwn(named, text) ? named[text]! : hexOf(text);
  return rgb === undefined ? undefined : nearest(rgb);
}

function hexOf(text: string): number | undefined {
  const [, digits = ''] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(text) ?? [];
  if (digits === '') return undefined;
  return Number.parseInt(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits, 16);
}

/** The colour of the 6×6×6 cube or the greys that is nearest. */
function nearest(rgb: number): Colour {
  const parts = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff];
  const at = parts.map((part) => {
    let best = 0;
    for (let i = 1; i < steps.length; i++) {
      if (Math.abs(steps[i]! - part) < Math.abs(steps[best]! - part)) best = i;
    }
    return best;
  });
  const cube = 16 + at[0]! * 36 + at[1]! * 6 + at[2]!;
  const [red, green, blue] = parts;
  if (red !== green || green !== blue || red! < 4 || red! > 246) return cube;
  return 232 + Math.min(23, Math.max(0, Math.round((red! - 8) / 10)));
}

/** The luminance of a colour of the palette, from 0 to 1. */
export function luminanceOf(colour: Colour): number {
  if (colour >= 232) return linear(8 + (colour - 232) * 10);
  if (colour < 16) return colour > 6 ? 0.5 : 0.05;
  const cube = colour - 16;
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return 0.21 * linear(steps[red]!) + 0.72 * linear(steps[green]!) + 0.07 * linear(steps[blue]!);
}

function linear(part: number): number {
  return (part / 255) ** 2.2;
}

/** `ink`, or black or white where it could not be read on `ground`. */
export function inkOn(ground: Colour, ink: Colour): Colour {
  const [darker = 0, lighter = 0] = [luminanceOf(ground), luminanceOf(ink)].sort((a, b) => a - b);
  if ((lighter + AMBIENT) / (darker + AMBIENT) >= CONTRAST_MIN) return ink;
  return luminanceOf(ground) > BRIGHT ? BLACK : LIGHT_INK;
}

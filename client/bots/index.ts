// The door of bots/: players that are programs.
export { type BotOptions, type BotRoom, GoldrushBot } from './goldrush-bot.ts';

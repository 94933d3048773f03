// PROTOCOL.md: all that someone needs who writes a client in another language.
import { framesChapter, linesChapter, openingChapter, rowsChapter } from './document-bytes.ts';
import {
  commandsChapter,
  errorsChapter,
  goldenChapter,
  pacingChapter,
  roomsChapter,
  sessionsChapter,
  versionsChapter,
  walkThroughChapter,
} from './document-conversation.ts';
import { messageIndex, messageSections } from './document-tables.ts';
import { PROTOCOL_VERSION } from './messages.ts';

/** The text of PROTOCOL.md, from the tables and nothing else. */
export function protocolDocument(): string {
  const chapters = [
    introduction(),
    openingChapter(),
    framesChapter(),
    linesChapter(),
    rowsChapter(),
    sessionsChapter(),
    roomsChapter(),
    commandsChapter(),
    pacingChapter(),
    errorsChapter(),
    walkThroughChapter(),
    messagesChapter(),
    versionsChapter(),
    goldenChapter(),
  ];
  return `${chapters.join('\n\n')}\n`;
}

function introduction(): string {
  return `<!-- Generated from protocol/*.ts by \`npm run generate\`; do not edit. -->

# The Holdfast protocol, version ${PROTOCOL_VERSION}

What a game client and a Holdfast server say to each other over TCP. This document is enough to write
a client in any language. Bytes are given in hexadecimal.

${messageIndex()}`;
}

function messagesChapter(): string {
  return `## Messages from the client

Each example is the frame in hexadecimal, then the line in JSON. *Any value* is what both encodings
have: nil, booleans, numbers, strings, arrays, and maps with string keys.

${messageSections('client')}

## Messages from the server

${messageSections('server')}`;
}

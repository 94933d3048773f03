// The door of protocol/: what server, client and load-test use of the wire.
export { FIRST_BOT, isBot } from './bots.ts';
export { type Encoding, encodeBinary, encodeJson, frameOf, type KindsOf } from './codec.ts';
export {
  type DecoderOptions,
  DecoderState,
  MessageDecoder,
  type MessageReceiver,
} from './decoder.ts';
export {
  FIELD_STRING_BYTES_MAX,
  FIELDS_MAX,
  type FieldType,
  type FieldValue,
  type FieldValues,
  fieldTypes,
  KINDS_MAX,
  type Kind,
  RowReader,
  RowWriter,
  type ValueOf,
} from './entities.ts';
export { type ErrorCode, errorTable, ProtocolError, sentence } from './errors.ts';
export { shownText } from './message-fields.ts';
export {
  CLIENT_FRAME_BYTES_MAX,
  type ClientMessage,
  LOBBY,
  type Message,
  type MessageName,
  messages,
  PROTOCOL_VERSION,
  SERVER_FRAME_BYTES_MAX,
  type ServerMessage,
} from './messages.ts';
export { type StateBody, stateBody, stateFrame } from './state-frame.ts';
export { checkDuration, isDuration, TIMER_MS_MAX, Timer } from './timers.ts';
export type { Goods, TradeView } from './trade.ts';

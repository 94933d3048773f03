// What a client's message asks for, once it has said hello.
import type { ClientMessage } from '../../protocol/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHost } from './connection-host.ts';

export function handleRequest(
  message: Exclude<ClientMessage, { type: 'hello' }>,
  connection: Connection,
  host: ConnectionHost,
): void {
  const { id } = connection;
  switch (message.type) {
    case 'join': {
      const { room = -1, game = '', request = null } = message;
      if (room < 0 && game === '') connection.fail('BAD_MESSAGE', 'join needs a game or a room');
      else {
        connection.attachment.joins(request);
        host.toCoordinator({ type: 'join', connection: id, room, game, request });
      }
      return;
    }
    case 'leave':
      connection.attachment.leaves();
      host.toCoordinator({ type: 'leave', connection: id, room: message.room });
      return;
    case 'command':
    case 'call': {
      const { room, seq, name, args } = message;
      const call = message.type === 'call';
      host.countCommand();
      connection.flow.sent(room, seq);
      host.toCoordinator({ type: 'command', connection: id, room, seq, name, args, call });
      return;
    }
    case 'ping':
      connection.send({ type: 'pong', time: message.time });
      return;
    case 'quit':
      host.toCoordinator({ type: 'quit', connection: id });
      connection.close('CLIENT');
      return;
    default:
      message satisfies never;
  }
}

// A client on the simulated machine: what holds for whoever it is that plays with it.
import { Client } from '../../client/index.ts';
import { machine, type SimulatedProcess } from './test-machine.ts';
import type { Socket } from './test-net.ts';

/** The tags of `command` and `call`: what may be sent twice. */
const NUMBERED = [4, 5];

export abstract class Visitor {
  readonly process: SimulatedProcess;
  protected readonly client: Client;
  private socket: Socket | undefined;
  /** It gives a server that is silent much time, and is never dropped then. */
  private readonly isPatient = machine().chance(0.7);
  /** It goes on with what it does; else it finishes that. */
  protected isWorking = true;

  /** To be made in the process of its own. */
  constructor(process: SimulatedProcess) {
    this.process = process;
    this.process.on('connects', (socket: Socket) => this.connects(socket));
    this.client = new Client({
      name: process.name,
      keepTrying: true,
      connectTimeoutMs: 2000,
      reconnectMsMax: 300,
      pingMs: 500,
      pingsUnansweredMax: this.isPatient ? 40 : 3,
      closeTimeoutMs: 100,
      random: () => machine().random.float(),
    });
    this.client.on('error', (error) => this.violate(`was ended: ${error}`));
    this.client.on('closed', (error) => this.violate(`has ended: ${error}`));
    this.client.on('session', ({ lost }) => {
      if (lost) this.violate('was given a new session');
    });
    this.client.on('warning', (error) => machine().note(`${process.name} is warned: ${error}`));
    this.client.on('disconnected', (error) => {
      machine().note(`${process.name} is disconnected: ${error}`);
      if (this.isPatient && !this.socket?.wasCut) this.violate(`was dropped: ${error}`);
    });
    this.client.on('connected', ({ worker, resumed }) =>
      machine().note(`${process.name} is welcomed by worker ${worker}, resumed: ${resumed}`),
    );
    this.client.open().catch((error) => this.violate(`was refused: ${error}`));
  }

  /** What keeps it from being content; undefined: it is attached, and all is acknowledged. */
  abstract get lacks(): string | undefined;
  /** How often it was told that it has put a coin into the bank. */
  abstract get earned(): number;

  /** It begins nothing new. */
  rest(): void {
    this.isWorking = false;
  }

  /** Breaks the connection; the server learns of it later. */
  cut(): void {
    const { socket } = this;
    if (!socket || socket.destroyed || socket.wasCut) return;
    machine().note(`${this.process.name} loses its connection`);
    const of = machine();
    socket.cut(of.random.float() * (of.chance(0.5) ? 5 : 2500));
  }

  /** Now and then something is sent twice. */
  private connects(socket: Socket): void {
    this.socket = socket;
    socket.wrote = (frame) => {
      if (!NUMBERED.includes(frame[2]!) || !machine().chance(0.1)) return;
      machine().after(machine().delay(100), this.process, () => {
        const { wrote } = socket;
        socket.wrote = undefined;
        socket.write(frame);
        socket.wrote = wrote;
      });
    };
  }

  protected violate(what: string): void {
    machine().violate(`${this.process.name} ${what}`);
  }
}

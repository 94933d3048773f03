// Event: clear or set; who waits for a clear one goes on when it is set.
import { SharedObject, type WaitOptions } from './shared-object.ts';

/** Made by `group.event(name)`. */
export class SharedEvent extends SharedObject {
  async set(): Promise<void> {
    await this.link.ask({ kind: 'set', name: this.name });
  }

  async clear(): Promise<void> {
    await this.link.ask({ kind: 'clear', name: this.name });
  }

  async isSet(): Promise<boolean> {
    return ((await this.look()) as { isSet: boolean }).isSet;
  }

  /** @throws {TimeoutError} after `timeoutMs`. */
  async wait(options: WaitOptions = {}): Promise<void> {
    await this.askToWait(options);
  }
}

import type { TokenFormat } from '../../queries/tokens.ts';
import type { Queryable } from '../../queryable.ts';
import { followKey } from '../../secrets/sealed-values.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { OpenedFile } from '../opened-file.ts';
import type { DatabaseOptions } from '../opening.ts';

/** The format of the tokens, with the vault that the file is sealed with by now. */
export class CurrentFormat {
  readonly #options: DatabaseOptions;
  #format: TokenFormat;
  /** When the vault was last compared with the file. */
  #comparedAt: { readonly file: OpenedFile; readonly version: number } | null = null;

  constructor(options: DatabaseOptions, format: TokenFormat) {
    this.#options = options;
    this.#format = format;
  }

  get now(): TokenFormat {
    return this.#format;
  }

  set vault(vault: Vault) {
    this.#format = { ...this.#format, vault };
  }

  /**
   * Another program may have changed the master key since it last wrote: what was sealed with the former one, nobody
   * could open. `trx` is a transaction on the file. Throws `MasterKeyMissing` when the new key is not at hand.
   */
  async follow(file: OpenedFile, trx: Queryable): Promise<void> {
    const version = file.dataVersion();
    if (this.#comparedAt?.file === file && this.#comparedAt.version === version) return;
    const { file: path, masterKey } = this.#options;
    this.vault = await followKey(path, trx, this.#format.vault, masterKey);
    this.#comparedAt = { file, version };
  }
}

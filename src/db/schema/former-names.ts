import {
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
} from 'kysely';
import type { Queryable } from '../queryable.ts';

/** Our tables, indexes and triggers before they had a prefix. */
export const FORMER_TABLES = [
  ...['token_versions', 'accounts', 'generation_runs', 'generation_steps', 'login_attempts', 'vault'],
  ...['auth_states', 'pending_acquisitions', 'audit_entries', 'events', 'access_keys', 'token_leases'],
  'sessions',
] as const;

export const FORMER_PARTS = [
  ...['generation_runs_by_account', 'login_attempts_time_step', 'login_attempts_by_kind'],
  ...['pending_acquisitions_open', 'accounts_one_active'],
  ...['audit_entries_by_severity', 'audit_entries_by_component', 'audit_entries_by_component_alone'],
  ...['audit_entries_by_correlation', 'audit_entries_no_update', 'audit_entries_no_delete'],
] as const;

export const PREFIX = 'vega_';

export const ownNameOf = (former: string): string => `${PREFIX}${former}`;

const FORMER_NAMES: ReadonlySet<string> = new Set(FORMER_TABLES);

/** A spilled statement of an older version with the present table names. */
export const withOwnNames = (statement: string): string =>
  statement.replaceAll(/"(\w+)"/g, (quoted, name: string) =>
    FORMER_NAMES.has(name) ? `"${ownNameOf(name)}"` : quoted,
  );

/** A database whose tables still have their former names. */
export const underFormerNames = (db: Queryable): Queryable => db.withPlugin(new FormerNames());

class FormerNames extends OperationNodeTransformer implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs) {
    return this.transformNode(node);
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }

  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    const former = node.name.slice(PREFIX.length);
    const isOwn = node.name.startsWith(PREFIX) && FORMER_NAMES.has(former);
    return isOwn ? { ...node, name: former } : node;
  }
}

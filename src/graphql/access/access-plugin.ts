import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { ACCESS_ROLES, type AccessRole, type Caller } from '../../domain/account/access-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Context } from '../context.ts';

export const EVERYBODY = ACCESS_ROLES;
export const READERS = ['OPERATOR', 'VIEWER'] as const;
export const OPERATORS = ['OPERATOR'] as const;
export const SERVICES = ['SERVICE'] as const;

const PLUGIN_NAME = 'access' as const;
const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

/**
 * Every field of a root type names the roles that may use it; one that names none cannot be built. What is confined to
 * an account means that account where it names none.
 */
class AccessPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const allowed = allowedTo(config);
    if (allowed === null) return config;
    return {
      ...config,
      description: `${config.description ?? ''}\n\nRoles: ${allowed.join(', ')}.`.trim(),
      extensions: { ...config.extensions, roles: allowed },
    };
  }

  override wrapResolve(resolver: Resolver<Types>, config: PothosOutputFieldConfig<Types>): Resolver<Types> {
    // Of a subscription the way in is guarded; what comes by it afterwards was let in.
    return config.parentType === 'Subscription' ? resolver : guarded(resolver, config);
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    return subscribe === undefined ? undefined : guarded(subscribe, config);
  }
}

const allowedTo = <Types extends SchemaTypes>(
  config: PothosOutputFieldConfig<Types>,
): readonly AccessRole[] | null => {
  if (!ROOTS.includes(config.parentType)) return null;
  const { allow } = config.pothosOptions as { allow?: readonly AccessRole[] };
  if (allow === undefined || allow.length === 0)
    throw new Error(`${config.parentType}.${config.name} does not say which roles may use it.`);
  return allow;
};

const guarded = <Types extends SchemaTypes>(
  resolver: Resolver<Types>,
  config: PothosOutputFieldConfig<Types>,
): Resolver<Types> => {
  const allowed = allowedTo(config);
  if (allowed === null) return resolver;
  const isActing = config.parentType === 'Mutation';
  return (root, args, context, info) => {
    const { caller, services } = context as unknown as Context;
    const refused = refusalOf(caller, allowed, args);
    if (refused === null) return resolver(root, withAccount(caller, args, config), context, info);
    if (isActing) services.refusals.note('ACCESS_DENIED', { caller: caller.id, field: config.name });
    throw refused;
  };
};

const refusalOf = (
  { role, bounds }: Caller,
  allowed: readonly AccessRole[],
  args: object,
): Refusal | null => {
  if (!allowed.includes(role)) {
    return new Refusal(
      'FORBIDDEN',
      `A key of the role ${role} may not use this field.`,
      `Use a key of the role ${allowed.join(' or ')}.`,
    );
  }
  const { accountId } = args as { accountId?: string | null };
  if (bounds.accountId === null || accountId == null || accountId === bounds.accountId) return null;
  return new Refusal('FORBIDDEN', 'This key is made for another account.', 'Leave accountId out.');
};

const withAccount = <Types extends SchemaTypes>(
  { bounds }: Caller,
  args: object,
  config: PothosOutputFieldConfig<Types>,
): object => {
  if (bounds.accountId === null || !('accountId' in config.args)) return args;
  return { ...args, accountId: bounds.accountId };
};

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      [PLUGIN_NAME]: AccessPlugin<Types>;
    }
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** Which roles may use it. */
      allow: readonly AccessRole[];
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** Which roles may use it. */
      allow: readonly AccessRole[];
    }
    interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      /** Which roles may use it. */
      allow: readonly AccessRole[];
    }
  }
}

SchemaBuilder.registerPlugin(PLUGIN_NAME, AccessPlugin);

export const accessPlugin = PLUGIN_NAME;

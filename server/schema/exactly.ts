/** Schemas beside types: the one place where the compiler proves that both say the same. */
import * as v from 'valibot';

/** Written out, so that only what a type says counts, and not how it was put together. */
type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/** `exactly<Live>()(schema)` is the schema, and does not compile where the schema and the type differ, be it in one optional field. */
export const exactly =
  <T>() =>
  <S extends v.GenericSchema>(schema: Same<v.InferOutput<S>, T> extends true ? S : never): S =>
    schema;

/** A schema with what it means, in words. */
export const told = <const S extends v.GenericSchema>(schema: S, description: string) => v.pipe(schema, v.description(description));

/** The audiences there are, by what is followed in them. One without members is no more. */
import { createAudience, type Audience, type AudienceOptions, type Member } from '../audience.ts';
import type { Standpoint } from '../session/course.ts';

/** Where a member of an audience is; one for all members. */
export type Among<M extends Member> = { readonly kind: 'among'; readonly signature: string; readonly audience: Audience<M> };

/** All of `AudienceOptions` that is the same for each. */
export const createAudiences = <M extends Member>(options: Omit<AudienceOptions<M>, 'from'>) => {
  const audiences = new Map<string, Among<M>>();
  /** Of those in which something is pending that somebody waits for. */
  const writes = new Map<Audience<M>, PromiseWithResolvers<void>>();

  const all = () => audiences.values().map(({ audience }) => audience);

  const writeOf = (audience: Audience<M>): Promise<void> => {
    const write = writes.get(audience) ?? Promise.withResolvers<void>();
    writes.set(audience, write);
    return write.promise;
  };

  const wrote = (audience: Audience<M>): void => {
    writes.get(audience)?.resolve();
    writes.delete(audience);
    options.onWritten();
  };

  const found = (signature: string, from: Standpoint): Among<M> => {
    const audience: Audience<M> = createAudience<M>({
      ...options,
      from,
      onWritten: () => wrote(audience),
      onLeft: (...parting) => {
        options.onLeft(...parting);
        dissolveIfEmpty(place);
      },
      onOverdue: (member) => {
        options.onOverdue(member);
        dissolveIfEmpty(place);
      },
    });
    const place: Among<M> = { kind: 'among', signature, audience };
    audiences.set(signature, place);
    return place;
  };

  const dissolveIfEmpty = ({ signature, audience }: Among<M>): void => {
    if (audience.size() > 0 || audiences.get(signature)?.audience !== audience) return;
    audience.end();
    audiences.delete(signature);
    wrote(audience); // nobody has to wait for it any more
  };

  return {
    /** The one of a signature, founded at `from` where there is none. */
    at: (signature: string, from: Standpoint): Among<M> => audiences.get(signature) ?? found(signature, from),

    remove: (member: M, place: Among<M>): void => {
      place.audience.remove(member);
      dissolveIfEmpty(place);
    },

    /** Resolves when what is pending now has been written. */
    written: async (): Promise<void> => void (await Promise.all(all().filter((audience) => audience.isPending()).map(writeOf))),

    all,
    size: (): number => audiences.size,
  };
};

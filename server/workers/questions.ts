/** Questions to another process, each answered once, or not in time. */

type Kind = { kind: string };
type Pending<Reply> = { resolve: (reply: Reply) => void; reject: (error: Error) => void };

/** `usualMs`: how long to wait for an answer where nothing else is said. */
export const createQuestions = <Question extends Kind, Reply extends Kind>(send: (id: number, question: Question) => void, usualMs: number) => {
  const pending = new Map<number, Pending<Reply>>();
  let last = 0;

  const settle = (id: number): Pending<Reply> | undefined => {
    const waiting = pending.get(id);
    pending.delete(id);
    return waiting;
  };

  return {
    /** Rejects where no answer comes in time. */
    ask: <K extends Question['kind']>(question: Extract<Question, { kind: K }>, waitMs = usualMs): Promise<Extract<Reply, { kind: K }>> => {
      const id = (last += 1);
      const timer = setTimeout(() => settle(id)?.reject(new Error(`another process of this server has not answered in ${waitMs} ms`)), waitMs);
      const answered = new Promise<Reply>((resolve, reject) => pending.set(id, { resolve, reject })).finally(() => clearTimeout(timer));
      send(id, question);
      return answered as Promise<Extract<Reply, { kind: K }>>; // each question is answered by the reply of its own kind
    },

    /** Takes an answer; one that nobody waits for any more is dropped. */
    take: (message: { kind: 'answer'; id: number; reply: Reply } | { kind: 'failed'; id: number; why: string }): void =>
      message.kind === 'answer' ? settle(message.id)?.resolve(message.reply) : settle(message.id)?.reject(new Error(message.why)),

    /** Nobody is there any more who could answer. */
    end: (): void => {
      for (const id of pending.keys()) settle(id)?.reject(new Error('another process of this server has ended'));
    },
  };
};

/** Answers a question, or says why not. */
export const answer = async <Reply>(
  send: (message: { kind: 'answer'; id: number; reply: Reply } | { kind: 'failed'; id: number; why: string }) => void,
  id: number,
  find: () => Reply | Promise<Reply>,
): Promise<void> => {
  try {
    send({ kind: 'answer', id, reply: await find() });
  } catch (error) {
    send({ kind: 'failed', id, why: error instanceof Error ? error.message : String(error) });
  }
};
